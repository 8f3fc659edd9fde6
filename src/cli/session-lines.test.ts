import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSession, sessionEventTable, sessionTable, unattributedText } from '#cli/session-lines.ts';
import type { Session } from '#events/session-row.ts';

const SESSION: Session = {
  id: 's1',
  shard: 'a',
  record: 'a:1',
  era: 'legacy',
  first: '2026-11-23T12:00:00.000Z',
  last: '2026-11-23T12:01:00.000Z',
  state: 'open',
  calls: 3,
  open: 0,
  denied: 1,
  errors: 1,
  toolErrors: 1,
  messages: 0,
  bytes: 12,
  tools: ['find', 'delete'],
  moreTools: true,
};

test('a session is a line, with whom the client claims to be or else its OAuth client', () => {
  const last = (session: Session): string => sessionTable([session]).trimEnd().split('\n').at(-1) ?? '';
  assert.match(last(SESSION), / s1 +- +- +- +3 +1 +2 +open$/);
  assert.match(last({ ...SESSION, client: { name: 'inspector', version: '1.2', id: 'okta:1' } }), / inspector 1\.2 /);
  assert.match(last({ ...SESSION, client: { id: 'okta:1' } }), / okta:1 /);
  assert.equal(sessionTable([]), '');
});

test('what belongs to no session is said in sum and by group, and not at all when there is nothing', () => {
  const groups = [
    { connection: 'crm', kind: 'denied', reason: 'unauthenticated', records: 2, count: 41 },
    { kind: 'stream', reason: 'unattributed', records: 1, count: 1 },
  ] as const;
  assert.equal(
    unattributedText({ groups, others: { records: 3, count: 3 }, records: 6, count: 45 }),
    `of no session: 6 records of 45 refusals
  crm  denied  unauthenticated  2 records of 41 refusals
  -  stream  unattributed  1 record
  others  3 records
`,
  );
  assert.equal(unattributedText({ groups: [], others: { records: 0, count: 0 }, records: 0, count: 0 }), '');
});

test('a session is described an attribute a line', () => {
  const text = describeSession({ ...SESSION, caller: { issuer: 'https://x', subject: 'ada', kind: 'person' } });
  assert.match(text, /^caller\.subject: ada$/m);
  assert.match(text, /^state: open$/m);
  assert.match(text, /^tools: find, delete, and more$/m);
  assert.match(describeSession({ ...SESSION, tools: [], moreTools: false }), /^tools: -$/m);
});

test('events of a session say their kind and how they ended', () => {
  const at = { time: SESSION.first, verified: false };
  const lines = sessionEventTable([
    { ...at, id: 'a:1', kind: 'intent', method: 'tools/call', name: 'find', outcome: 'ok', durationMs: 3.2 },
    { ...at, id: 'a:3', kind: 'control', code: 'session_end' },
  ]).split('\n');
  assert.match(lines[1] ?? '', /a:1 +intent +tools\/call +find +ok +3$/);
  assert.match(lines[2] ?? '', /a:3 +control +- +- +session_end +-$/);
});

test('nothing a client claims can steer the terminal', () => {
  const steering = { ...SESSION, client: { name: 'a\u001b[2J\n' }, tools: ['\u202e'] };
  for (const text of [sessionTable([steering]), describeSession(steering)])
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  assert.equal(sessionTable([steering]).split('\n').length, 3);
});
