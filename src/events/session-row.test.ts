import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  compareSessionPlaces,
  decodeSessionPlace,
  encodeSessionPlace,
  type SessionRow,
  sessionOfRow,
} from '#events/session-row.ts';

const ROW: SessionRow = {
  n: 7,
  session: 's1',
  first_t: 0,
  last_t: 1_000,
  last_n: 9,
  caller_issuer: null,
  caller_subject: null,
  caller_kind: null,
  client_name: null,
  client_version: null,
  client_id: null,
  connection: null,
  protocol: null,
  initialized: 1,
  calls: 3,
  closed: 2,
  tool_errors: 1,
  errors: 0,
  denied: 0,
  messages: 0,
  bytes: 12,
  tools: '[]',
  more_tools: 0,
  ended: null,
};

test('a session without a caller, client or revision leaves them out, and is of the era in which none was named', () => {
  assert.deepEqual(sessionOfRow(ROW, 'a', 'open'), {
    id: 's1',
    shard: 'a',
    record: 'a:7',
    era: 'legacy',
    first: '1970-01-01T00:00:00.000Z',
    last: '1970-01-01T00:00:01.000Z',
    state: 'open',
    calls: 3,
    open: 1,
    denied: 0,
    errors: 0,
    toolErrors: 1,
    messages: 0,
    bytes: 12,
    tools: [],
    moreTools: false,
  });
});

test('the era of a session is that of the revision it speaks', () => {
  for (const [protocol, era] of [
    ['2025-11-25', 'legacy'],
    ['2026-07-28', 'modern'],
    ['DRAFT', 'legacy'],
  ] as const)
    assert.equal(sessionOfRow({ ...ROW, protocol }, 'a', 'open').era, era);
});

const place = fc.record(
  {
    t: fc.integer({ min: 0, max: 1e14 }),
    shard: fc.stringMatching(/^[a-z0-9-]{1,63}$/),
    n: fc.integer({ min: 0, max: 1e14 }),
  },
  { noNullPrototype: true },
);

test('a place reads back from its spelling, and nothing else is one', () => {
  fc.assert(
    fc.property(place, (one) => {
      assert.deepEqual(decodeSessionPlace(encodeSessionPlace(one)), one);
    }),
  );
  for (const text of ['', 'x', 'a'.repeat(161), ...['1.a', '1.A.2', '-1.a.2', '1.a.2.3'].map(btoa)])
    assert.equal(decodeSessionPlace(text), undefined, text);
});

test('places are ordered by time, then shard, then record', () => {
  const order = [
    { t: 1, shard: 'a', n: 9 },
    { t: 2, shard: 'a', n: 3 },
    { t: 2, shard: 'a', n: 4 },
    { t: 2, shard: 'b', n: 1 },
  ];
  assert.deepEqual(order.toReversed().toSorted(compareSessionPlaces), order);
});
