import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginTally, countRecord, type SessionTally } from '#events/session-tally.ts';
import type { RecordHeader } from '#events/header.ts';
import type { OpenedRecord } from '#events/source.ts';
import { ALICE, answer, NOON, record, toolCall } from '#test/fakes/event-records.ts';

function tallied(...records: readonly OpenedRecord[]): SessionTally {
  const [first] = records;
  assert.ok(first !== undefined);
  const tally = beginTally('s1', first.leaf);
  for (const one of records) countRecord(tally, one);
  return tally;
}

test('calls, answers, refusals and messages are counted, each kind of ending by itself', () => {
  const tally = tallied(
    toolCall(0, 'find', {}, { bytes: 100 }),
    answer(1, 0, 'x', { bytes: 50 }),
    toolCall(2, 'find', {}),
    answer(3, 2, 'x', {}, 'tool_error'),
    toolCall(4, 'delete', {}),
    answer(5, 4, 'x', {}, 'timeout'),
    toolCall(6, 'slow', {}),
    record({ n: 7, ref: 6, kind: 'stream', st: 'down', header: { bytes: 7 } }),
    record({ n: 8, kind: 'denied', st: 'denied' }),
    record({ n: 9, ref: 6, kind: 'orphan', st: 'orphan' }),
    toolCall(10, 'open', {}),
  );
  const { calls, closed, tool_errors, errors, denied, messages, bytes, tools } = tally;
  assert.deepEqual(
    { calls, closed, tool_errors, errors, denied, messages, bytes, tools },
    {
      calls: 5,
      closed: 4,
      tool_errors: 1,
      errors: 2,
      denied: 1,
      messages: 1,
      bytes: 157,
      tools: ['find', 'delete', 'slow', 'open'],
    },
  );
});

test('a record is counted once, however often its batch is read', () => {
  const tally = tallied(toolCall(0, 'find', {}), answer(1, 0, 'x'));
  const before = structuredClone(tally);
  assert.equal(countRecord(tally, toolCall(0, 'find', {})), false);
  assert.equal(countRecord(tally, answer(1, 0, 'x')), false);
  assert.deepEqual(tally, before);
});

test('who it is comes from the first record that says so, the revision from the last', () => {
  const tally = tallied(
    record({ n: 0, kind: 'stream', st: 'up', header: { client: { id: 'okta:1' } } }),
    toolCall(1, 'find', {}, { client: { name: 'first', version: '1', id: 'okta:1' }, protocol: '2025-11-25' }),
    toolCall(2, 'find', {}, { client: { name: 'other', version: '2' }, protocol: '2025-06-18', connection: 'else' }),
  );
  const { client_name, client_version, client_id, caller_subject, connection, protocol } = tally;
  assert.deepEqual(
    [client_name, client_version, client_id, caller_subject, connection, protocol],
    ['first', '1', 'okta:1', ALICE.subject, 'crm', '2025-06-18'],
  );
});

test('names of tools are bounded in number and length, whatever a caller invents', () => {
  const invented = Array.from({ length: 30 }, (_, n) => toolCall(n, `tool-${n}`, {}));
  const { tools, moreTools } = tallied(...invented);
  assert.deepEqual([tools.length, moreTools, tools[19]], [20, true, 'tool-19']);
  const [long] = tallied(toolCall(0, `${'x'.repeat(127)}\u{1F600}`, {})).tools;
  assert.ok(long !== undefined && long.length === 128 && long.isWellFormed());
});

test('only tools are tools: a prompt or a resource of a name is none', () => {
  assert.deepEqual(tallied(toolCall(0, 'readme', {}, { method: 'resources/read' })).tools, []);
});

test('a clock that was set back does not make a session end before it began', () => {
  const { first_t, last_t } = tallied(toolCall(0, 'find', {}, {}, NOON), toolCall(1, 'find', {}, {}, NOON - 5_000));
  assert.deepEqual([first_t, last_t], [NOON, NOON]);
});

test('its DELETE, the 404 of its server and the end of its process end a session, and no other refusal does', () => {
  const begun = toolCall(0, 'find', {});
  const closed = (header: RecordHeader, first = begun) =>
    tallied(first, record({ n: 1, ref: 0, kind: 'result', st: 'error', header })).ended;
  assert.equal(tallied(begun, record({ n: 1, kind: 'control', st: 'session_end' })).ended, 'deleted');
  assert.equal(closed({ code: 'unknown_session', reason: 'ended_by_upstream' }), 'ended_by_upstream');
  assert.equal(closed({ code: 'unknown_session', reason: 'session_lost' }), 'ended_by_upstream');
  assert.equal(closed({ code: 'upstream_invalid', reason: 'ended_by_upstream' }), null);
  assert.equal(closed({ code: 'unknown_session', reason: 'not_of_this_caller' }), null);
  const initialize = toolCall(0, '', {}, { method: 'initialize' });
  assert.equal(closed({ upstreamStatus: 404 }, initialize), 'ended_by_upstream');
  assert.equal(closed({ upstreamStatus: 400 }, initialize), null);
  assert.equal(closed({ upstreamStatus: 404 }), null, 'an unknown method of the modern era');
});

test('what ended a session first is what ended it', () => {
  const header = { code: 'unknown_session', reason: 'ended_by_upstream' };
  const late = record({ n: 2, kind: 'denied', st: 'unknown_session', header });
  assert.equal(
    tallied(toolCall(0, 'find', {}), record({ n: 1, kind: 'control', st: 'session_end' }), late).ended,
    'deleted',
  );
});
