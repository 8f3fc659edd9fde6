import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSessions } from '#gateway/sessions.ts';

const ada = { caller: 'issuer\nada', connection: 'notes' };
function start(limits = { sessions: 100, sessionsPerCaller: 100, sessionIdleMs: 1_000 }) {
  let now = 0;
  let ids = 0;
  const sessions = createSessions({ limits, clock: () => now, newId: () => `id${(ids += 1)}` });
  return { sessions, advance: (ms: number) => (now += ms) };
}

test('a session is unknown until the upstream accepted it', () => {
  const { sessions } = start();
  const entry = sessions.candidate({ name: 'cli' }, '2025-11-25');
  assert.equal(sessions.find(ada, entry.wireId ?? ''), undefined);
  sessions.begin(ada, entry);
  assert.deepEqual(sessions.find(ada, entry.wireId ?? ''), entry);
});

test('the id of another caller or another connection opens nothing', () => {
  const { sessions } = start();
  const entry = sessions.candidate(undefined, undefined);
  sessions.begin(ada, entry);
  assert.equal(sessions.find({ ...ada, caller: 'issuer\neve' }, entry.wireId ?? ''), undefined);
  assert.equal(sessions.find({ ...ada, connection: 'github' }, entry.wireId ?? ''), undefined);
});

test('a session begun with a key of one level opens nothing for a key of another, or of none', () => {
  const { sessions } = start();
  const entry = sessions.candidate(undefined, undefined);
  const bot = { ...ada, level: 'write' };
  sessions.begin(bot, entry);
  assert.equal(sessions.find({ ...ada, level: 'read' }, entry.wireId ?? ''), undefined);
  assert.equal(sessions.find(ada, entry.wireId ?? ''), undefined);
  assert.deepEqual(sessions.find(bot, entry.wireId ?? ''), entry);
  assert.notEqual(sessions.grouped(bot, 'cli').key, sessions.grouped(ada, 'cli').key);
});

test('an ended session is unknown', () => {
  const { sessions } = start();
  const entry = sessions.candidate(undefined, undefined);
  sessions.begin(ada, entry);
  sessions.end(entry.wireId ?? '');
  assert.equal(sessions.find(ada, entry.wireId ?? ''), undefined);
  assert.equal(sessions.count(), 0);
});

test('calls without a session share a recording until they pause for longer than the idle gap', () => {
  const { sessions, advance } = start();
  const first = sessions.grouped(ada, 'cli');
  advance(900);
  assert.equal(sessions.grouped(ada, 'cli').key, first.key);
  advance(900);
  assert.equal(sessions.grouped(ada, 'cli').key, first.key);
  advance(1_001);
  assert.notEqual(sessions.grouped(ada, 'cli').key, first.key);
});

test('another client of the same caller has its own recording', () => {
  const { sessions } = start();
  assert.notEqual(sessions.grouped(ada, 'cli').key, sessions.grouped(ada, 'ide').key);
});

test('the number of sessions is bounded, and the least recently used goes first', () => {
  const { sessions } = start({ sessions: 2, sessionsPerCaller: 2, sessionIdleMs: 1_000 });
  const [a, b, c] = [1, 2, 3].map(() => sessions.candidate(undefined, undefined));
  assert.ok(a && b && c);
  sessions.begin(ada, a);
  sessions.begin(ada, b);
  sessions.find(ada, a.wireId ?? '');
  sessions.begin(ada, c);
  assert.equal(sessions.find(ada, b.wireId ?? ''), undefined);
  assert.deepEqual(sessions.find(ada, a.wireId ?? ''), a);
});

test('the id that opens a session is not the one in its records', () => {
  const { sessions } = start();
  const entry = sessions.candidate(undefined, undefined);
  assert.notEqual(entry.key, entry.wireId);
});

test('the sessions and recordings of an owner who is ended are unknown, those of others are not', () => {
  const { sessions } = start();
  const eve = { caller: 'issuer\neve', connection: 'notes' };
  const [one, other] = [sessions.candidate(undefined, undefined), sessions.candidate(undefined, undefined)];
  sessions.begin(ada, one);
  sessions.begin(eve, other);
  const recording = sessions.grouped(ada, 'cli');
  sessions.endOf((owner) => owner.caller === ada.caller);
  assert.equal(sessions.find(ada, one.wireId ?? ''), undefined);
  assert.equal(sessions.find(eve, other.wireId ?? '')?.key, other.key);
  assert.notEqual(sessions.grouped(ada, 'cli').key, recording.key);
});

test('a caller who begins sessions without end, or claims ever new clients, takes none from others', () => {
  const { sessions } = start({ sessions: 100, sessionsPerCaller: 3, sessionIdleMs: 1_000 });
  const entry = sessions.candidate(undefined, undefined);
  sessions.begin(ada, entry);
  const { key } = sessions.grouped(ada, 'cli');
  const eve = { ...ada, caller: 'issuer\neve' };
  for (let n = 0; n < 200; n += 1) {
    sessions.begin(eve, sessions.candidate(undefined, undefined));
    sessions.grouped(eve, `client-${n}`);
  }
  assert.deepEqual(sessions.find(ada, entry.wireId ?? ''), entry);
  assert.equal(sessions.grouped(ada, 'cli').key, key);
  assert.equal(sessions.count(), 4);
});

test('who waits for the end of a session is told also when it was begun once more, as one of the old transport is by its initialize', () => {
  const { sessions } = start();
  const entry = sessions.candidate(undefined, undefined);
  sessions.begin(ada, entry);
  let ends = 0;
  sessions.whenEnded(entry.wireId ?? '', () => (ends += 1));
  sessions.begin(ada, { ...entry, client: { name: 'cli' } });
  sessions.end(entry.wireId ?? '');
  assert.equal(ends, 1);
});
