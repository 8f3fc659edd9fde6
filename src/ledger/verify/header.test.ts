import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHeader } from '#ledger/verify/header.ts';
import { LogBuilder, rightEdge } from '#test/golden/build.ts';

const log = new LogBuilder();
const call = 'c'.repeat(26);
log.batch([
  { kind: 'control', st: 'opened' },
  { kind: 'intent', st: 'open', call },
  { kind: 'control', st: 'stop' },
]);
const expected = {
  origin: log.origin,
  segment: 1,
  bytes: log.segmentBytes,
  first: 3,
  edge: rightEdge(log.hashes),
  open: [[1, call]] as const,
  vkeys: [log.vkey],
};
const check = (override: Readonly<Record<string, unknown>> = {}) => checkHeader(log.headerBody(override), expected);

test('a header that repeats what the records before say is good and gives the keys in force', () => {
  assert.deepEqual(check(), { ok: true, value: [log.vkey] });
});

test('a header that differs in any field but the time is refused', () => {
  const wrong: readonly Readonly<Record<string, unknown>>[] = [
    { format: 'x' },
    { v: 2 },
    { origin: 'acme/b' },
    { segment: 0 },
    { size: 1 },
    { first: 2 },
    { edge: rightEdge(log.hashes).map(() => 'x') },
    { edge: [] },
    { open: [[1, 'd'.repeat(26)]] },
    { open: [[2, call]] },
    { open: [[1, call, 0]] },
    { open: {} },
    { keys: ['x'] },
    { keys: [] },
    { keys: [log.vkey, 'x'] },
    { t: -1 },
    { who: 1 },
  ];
  for (const override of wrong) assert.equal(check(override).ok, false, JSON.stringify(override));
  assert.equal(check({ t: 5 }).ok, true);
});

test('a header in another spelling is refused', () => {
  const body = log.headerBody();
  assert.equal(checkHeader(Buffer.from(body.toString().replace(':', ': ')), expected).ok, false);
});

test('a deeply nested header is refused without exhausting the stack', () => {
  const nested = '['.repeat(200_000) + ']'.repeat(200_000);
  const body = Buffer.from(
    log
      .headerBody()
      .toString()
      .replace(/"open":\[.*?\]\]/, `"open":${nested}`),
  );
  assert.equal(checkHeader(body, expected).ok, false);
});
