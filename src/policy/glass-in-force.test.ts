import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEpochs } from '#identity/epochs.ts';
import { LIMITS } from '#limits.ts';
import { glassInForce } from '#policy/glass-in-force.ts';
import { createFakeBrokenGlass } from '#test/fakes/broken-glass.ts';

const NINA = { issuer: 'https://okta.example', subject: 'nina' };
const GLASS = { ...NINA, beganAtMs: 1_000, endsAtMs: 61_000, reason: 'all is down', record: 'a:9' };

function rig() {
  const brokenGlass = createFakeBrokenGlass();
  const epochs = createEpochs(LIMITS);
  brokenGlass.begin(GLASS);
  const at = (nowMs: number, caller: typeof NINA & { readonly client?: string } = NINA) =>
    glassInForce(caller, { brokenGlass, epochs, clock: () => nowMs, limits: LIMITS })?.record;
  return { brokenGlass, epochs, at };
}

test('broken glass counts for whoever broke it, until it is over to the millisecond', () => {
  const { at } = rig();
  assert.deepEqual([at(1_000), at(60_999), at(61_000)], ['a:9', 'a:9', undefined]);
  assert.equal(at(2_000, { ...NINA, subject: 'ada' }), undefined);
});

test('glass that was broken before access was taken away does not count any more, of the person or of their client', () => {
  const person = rig();
  person.epochs.revokeCaller(NINA, GLASS.beganAtMs + LIMITS.tokenClockSkewMs);
  assert.equal(person.at(2_000), undefined);
  const client = rig();
  client.epochs.revokeClient('okta:cli', GLASS.beganAtMs + LIMITS.tokenClockSkewMs);
  assert.deepEqual([client.at(2_000, { ...NINA, client: 'okta:cli' }), client.at(2_000)], [undefined, 'a:9']);
});

test('that it cannot be read is no answer', () => {
  const { brokenGlass, at } = rig();
  brokenGlass.works = false;
  assert.throws(() => at(2_000), /no disk/);
});
