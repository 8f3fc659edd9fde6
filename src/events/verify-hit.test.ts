import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, fakeSource, positionOf, toolCall } from '#test/fakes/event-records.ts';
import { hitOfRow, rowOf } from '#events/event-row.ts';
import { project } from '#events/project.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import type { OpenedRecord } from '#events/source.ts';
import { eventOfRecords, verifyHit } from '#events/verify-hit.ts';

const RECORDS = [
  toolCall(0, 'find', { customer: 'Ada' }),
  answer(1, 0, 'Lovelace'),
  toolCall(2, 'other', {}),
  answer(3, 2, 'x'),
];
const VIEW = { shard: 'a', payloads: false };

function hit() {
  const [opened] = project(RECORDS.slice(0, 2), 100).opened;
  assert.ok(opened !== undefined);
  return hitOfRow(rowOf(opened, 0), 'a');
}

const fetcher = (records: OpenedRecord[] = RECORDS): RecordFetcher => new RecordFetcher(fakeSource(records), 1);

test('an event made of records that hold is verified, and is what the ledger says', async () => {
  const lying = { ...hit(), event: { ...hit().event, name: 'harmless' } };
  const event = await verifyHit(lying, fetcher(), VIEW);
  assert.deepEqual([event.name, event.verified, event.result], ['find', true, 'a:1']);
});

test('one record that could not be opened makes the event unverified', async () => {
  const closed = RECORDS.map((record) =>
    record.leaf.n === 1 ? { ...record, header: null, payload: null, verified: false } : record,
  );
  assert.equal((await verifyHit(hit(), fetcher(closed), VIEW)).verified, false);
});

test('the result of another call is never taken for this one', async () => {
  const crossed = { ...hit(), place: { ...hit().place, result: positionOf(3) } };
  await assert.rejects(verifyHit(crossed, fetcher(), VIEW), /record 3 does not close record 0/);
});

test('a result of the same index but another call is refused', () => {
  const [first, result] = RECORDS;
  assert.ok(first !== undefined && result !== undefined);
  const foreign = { ...result, leaf: { ...result.leaf, call: 'b'.repeat(26) } };
  assert.throws(() => eventOfRecords(first, foreign, VIEW), /record 1 does not close record 0/);
});

test('a result is no event by itself', () => {
  const [, result] = RECORDS;
  assert.ok(result !== undefined);
  assert.throws(() => eventOfRecords(result, undefined, VIEW), /record 1 is no event/);
});

test('payloads are there only with the right to them', async () => {
  const without = await verifyHit(hit(), fetcher(), VIEW);
  assert.ok(!('arguments' in without) && !('answer' in without));
  const event = await verifyHit(hit(), fetcher(), { ...VIEW, payloads: true });
  assert.deepEqual(
    [event.arguments, event.answer],
    [{ customer: 'Ada' }, { content: [{ type: 'text', text: 'Lovelace' }] }],
  );
});
