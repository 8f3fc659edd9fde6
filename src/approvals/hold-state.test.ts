import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createHoldStates } from '#approvals/hold-state.ts';
import type { HoldState } from '#approvals/hold-state.ts';

const random = (count: number): Buffer => randomBytes(count);
const states = createHoldStates(Buffer.alloc(32, 1), random);
const STATE: HoldState = {
  approval: 'apr_1',
  caller: 'https://okta.example\nada',
  print: Buffer.alloc(32, 5).toString('base64url'),
  round: 3,
  expiresMs: 1_800_000_000_000,
};

test('a state comes back as it was given, and says nothing on the way', () => {
  const text = states.seal(STATE);
  assert.deepEqual(states.open(text), STATE);
  const bytes = Buffer.from(text.slice('gbh1.'.length), 'base64url').toString('latin1');
  for (const word of ['apr_1', 'ada', STATE.print]) assert.equal(bytes.includes(word), false);
  assert.notEqual(states.seal(STATE), text);
});

test('a state that anybody altered in a single bit, cut, or made, does not open', () => {
  const text = states.seal(STATE);
  const bytes = Buffer.from(text.slice('gbh1.'.length), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const altered = Buffer.from(bytes);
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(states.open(`gbh1.${altered.toString('base64url')}`), undefined, `bit ${bit}`);
  }
  for (let length = 0; length < bytes.length; length += 1)
    assert.equal(states.open(`gbh1.${bytes.subarray(0, length).toString('base64url')}`), undefined, `${length} bytes`);
  assert.equal(states.open(''), undefined);
  assert.equal(states.open(text.slice(1)), undefined);
  assert.equal(states.open(`gbh1.${'A'.repeat(100_000)}`), undefined);
});

test('a state of another deployment does not open', () => {
  assert.equal(createHoldStates(Buffer.alloc(32, 2), random).open(states.seal(STATE)), undefined);
});
