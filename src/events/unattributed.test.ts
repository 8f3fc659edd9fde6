import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBookIndex } from '#events/book-index.ts';
import { countUnattributed } from '#events/unattributed.ts';
import { ALICE, NOON, record, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

const ALWAYS = { sinceMs: -Infinity, untilMs: Infinity };
const denied = (n: number, st: string, header: object) => record({ n, kind: 'denied', st, header });

test('what belongs to no session is counted by connection and reason, with the refusals it stands for', (t) => {
  const data = temporaryDirectory(t);
  const strangers = (n: number, count: number) =>
    denied(n, 'unauthenticated', { connection: 'crm', reason: 'x', count });
  writeIndex(data, 'a', [
    strangers(0, 1),
    strangers(1, 40),
    denied(2, 'parse_error', { connection: 'crm', caller: ALICE, reason: 'parse_error at 17' }),
    denied(3, 'parse_error', { connection: 'crm', caller: ALICE, reason: 'parse_error at 99' }),
    denied(4, 'unauthenticated', { connection: '' }),
    record({ n: 5, kind: 'stream', st: 'late', header: { connection: 'notes', reason: 'unattributed' } }),
    record({ n: 6, kind: 'intent', header: null }),
    // These are of a session, or no calls at all.
    toolCall(7, 'find', {}),
    denied(8, 'denied', { connection: 'crm', session: 's1' }),
    record({ n: 9, kind: 'control', st: 'reload' }),
    record({ n: 10, kind: 'anchor', st: 'x' }),
  ]);
  writeIndex(data, 'a-2', [strangers(0, 2)]);
  const index = openBookIndex(data);
  t.after(() => index.close());
  assert.deepEqual(countUnattributed(index, ALWAYS, {}), {
    groups: [
      { connection: 'crm', kind: 'denied', reason: 'unauthenticated', records: 3, count: 43 },
      { connection: 'crm', kind: 'denied', reason: 'parse_error', records: 2, count: 2 },
      { connection: 'notes', kind: 'stream', reason: 'unattributed', records: 1, count: 1 },
      { kind: 'denied', reason: 'unauthenticated', records: 1, count: 1 },
      { kind: 'intent', reason: 'unreadable', records: 1, count: 1 },
    ],
    others: { records: 0, count: 0 },
    records: 8,
    count: 48,
  });
  assert.deepEqual(
    countUnattributed(index, ALWAYS, { caller: 'alice' }).groups.map(({ reason, records }) => [reason, records]),
    [['parse_error', 2]],
  );
  assert.equal(countUnattributed(index, { sinceMs: NOON + 5, untilMs: NOON + 6 }, {}).records, 1);
});

test('groups that are not listed are still in the sums', (t) => {
  const data = temporaryDirectory(t);
  writeIndex(
    data,
    'a',
    Array.from({ length: 60 }, (_, n) => denied(n, 'rate_limited', { connection: `c${n}`, count: 2 })),
  );
  const index = openBookIndex(data);
  t.after(() => index.close());
  const { groups, others, records, count } = countUnattributed(index, ALWAYS, {});
  assert.deepEqual([groups.length, others, records, count], [50, { records: 10, count: 20 }, 60, 120]);
});
