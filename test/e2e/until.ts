/** Waits until something is so, for what nobody tells a test of; gives up loudly. */
import assert from 'node:assert/strict';

const TURNS_MAX = 4_000;
const TURN_MS = 5;

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await holds()); turn += 1) {
    assert.ok(turn < TURNS_MAX, `still not so: ${holds.toString()}`);
    await new Promise((next) => {
      setTimeout(next, TURN_MS);
    });
  }
}
