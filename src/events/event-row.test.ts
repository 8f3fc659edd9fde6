import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALICE, answer, positionOf, record, toolCall } from '#test/fakes/event-records.ts';
import { EVENT_SELECT, hitOfRow, rowOf } from '#events/event-row.ts';
import { EVENT_ROW_COLUMNS } from '#events/index-schema.ts';
import { project } from '#events/project.ts';
import type { OpenedRecord } from '#events/source.ts';

const hitOf = (...records: readonly OpenedRecord[]) => {
  const [opened] = project(records, 100).opened;
  assert.ok(opened !== undefined);
  return hitOfRow(rowOf(opened, 7), 'a');
};

test('what a record header says comes out of the row as it went in', () => {
  const client = { name: 'inspector', version: '1', id: 'okta:x' };
  const decision = { effect: 'hold', level: 'write', rule: 'r', policy: 'p', approval: 'ap' } as const;
  const { event } = hitOf(toolCall(4, 'find', {}, { client, decision }), answer(5, 4, 'x'));
  assert.deepEqual([event.caller, event.client, event.decision], [ALICE, client, decision]);
  assert.deepEqual([event.intent, event.result, event.durationMs], ['a:4', 'a:5', 12]);
});

test('places of both records are kept', () => {
  const { place } = hitOf(
    toolCall(4, 'find', {}),
    answer(5, 4, 'x'),
    record({ n: 6, ref: 4, kind: 'stream', st: 'late' }),
  );
  assert.deepEqual(place, { record: positionOf(4), result: positionOf(5), messages: { up: 0, down: 0, late: 1 } });
});

test('a record whose header is gone is an event of its leaf alone', () => {
  const { event } = hitOf(record({ n: 4, kind: 'intent', header: null, t: 0 }));
  assert.deepEqual(event, {
    id: 'a:4',
    time: '1970-01-01T00:00:00.000Z',
    kind: 'intent',
    outcome: 'open',
    intent: 'a:4',
    verified: false,
  });
});

test('every stored column is read back, but those only the writer needs', () => {
  const unread = EVENT_ROW_COLUMNS.filter((column) => !new RegExp(`\\b${column}\\b`).test(EVENT_SELECT));
  assert.deepEqual(unread, ['last_message']);
});
