import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pieces } from '#events/pieces.ts';

async function* given(...lines: readonly string[]): AsyncGenerator<string, void, undefined> {
  for (const line of lines) yield line;
}

test('lines are gathered up to a size, and go out at once where nothing follows yet', async () => {
  const gathered = (...lines: readonly string[]) => Array.fromAsync(pieces(given(...lines), 5));
  assert.deepEqual(await gathered('ab', 'cd', 'ef', 'gh'), ['abcdef', 'gh']);
  assert.deepEqual(await gathered('ab', '', 'cd'), ['ab', 'cd']);
  assert.deepEqual(await gathered('', ''), []);
  assert.deepEqual(await gathered('longer than that'), ['longer than that']);
});
