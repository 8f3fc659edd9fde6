import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_COLUMNS, type Event, columnValue, isEventKind } from '#events/event.ts';
import { RECORD_KINDS } from '#ledger/record.ts';

const FULL: Event = {
  id: 'a:1',
  time: '2026-11-23T12:00:00.000Z',
  kind: 'intent',
  outcome: 'ok',
  code: 'c',
  caller: { issuer: 'i', subject: 's', kind: 'person', groups: ['g'] },
  client: { name: 'n', version: 'v', id: 'd' },
  connection: 'x',
  session: 'y',
  method: 'm',
  name: 'z',
  decision: { effect: 'allow', level: 'l', rule: 'r', policy: 'p', approval: 'ap' },
  masking: [],
  durationMs: 1,
  intent: 'a:1',
  result: 'a:2',
  arguments: {},
  answer: {},
  verified: true,
};

const leaves = (value: object, prefix = ''): readonly string[] =>
  Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null && ['caller', 'client', 'decision'].includes(name)
      ? leaves(inner, `${name}.`)
      : [prefix + name],
  );

test('the columns are exactly the attributes of an event, flattened', () => {
  assert.deepEqual(leaves(FULL).toSorted(), [...EVENT_COLUMNS].toSorted());
});

test('every column of a full event has its value, and none of an empty one but the mandatory', () => {
  for (const column of EVENT_COLUMNS) assert.notEqual(columnValue(FULL, column), undefined, column);
  const empty: Event = { id: 'a:1', time: 't', kind: 'control', verified: false };
  assert.deepEqual(
    EVENT_COLUMNS.filter((column) => columnValue(empty, column) !== undefined),
    ['id', 'time', 'kind', 'verified'],
  );
});

test('a record that closes another is no event by itself', () => {
  assert.deepEqual(
    RECORD_KINDS.filter((kind) => !isEventKind(kind)),
    ['result', 'orphan'],
  );
});
