import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { RecordRef } from '#ledger/record.ts';
import { Conversation } from '#upstream/conversation.ts';
import { err, ok } from '#result.ts';
import type { UpstreamRequest } from '#upstream/port.ts';
import { createManualTimers } from '#upstream/timers.ts';

type Options = {
  readonly pending?: number;
  readonly record?: () => Promise<RecordRef | undefined>;
  readonly writes?: boolean;
};

function conversation({ pending = 4, record = async () => ({ shard: 'a', n: 1 }), writes = true }: Options = {}) {
  const written: string[] = [];
  const told: string[] = [];
  const backlog: number[][] = [];
  const subject = new Conversation({
    limits: { ...LIMITS, pendingCalls: pending },
    timers: createManualTimers(),
    speaker: { connection: 'c', caller: 'ann' },
    events: {
      onUnattributed: ({ message }) => void told.push(`unattributed ${message.toString()}`),
      onServerRequest: ({ reply }) => {
        told.push(`asked, would say ${reply.toString()}`);
        return record();
      },
      onLate: ({ intent, message }) => void told.push(`late ${intent.n} ${message.toString()}`),
      onStray: ({ message }) => void told.push(`stray ${message.toString()}`),
    },
    write: async (message) => {
      if (writes) written.push(message.toString());
      return writes ? ok(undefined) : err({ code: 'upstream_unavailable', executed: 'no', reason: 'busy' });
    },
    sessions: () => [],
    onBacklog: (bytes, events) => backlog.push([bytes, events]),
    onIdle: () => {},
  });
  return { subject, written, told, backlog };
}

const request = (body: string, overrides: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  caller: 'ann',
  gatewaySession: undefined,
  kind: 'request',
  idText: '1',
  method: 'm',
  progressTokenText: undefined,
  body: Buffer.from(body),
  headers: [],
  credential: [],
  timeoutMs: 1_000,
  signal: new AbortController().signal,
  ...overrides,
});
const call = (id: string) => request(`{"jsonrpc":"2.0","id":${id},"method":"m"}`);
const ref = (n: number): RecordRef => ({ shard: 'a', n });
const hear = (subject: Conversation, text: string): boolean => subject.receive(Buffer.from(text));

test('an answer nobody asked for, of another type of id, or without one is stray', () => {
  const { subject, told } = conversation();
  assert.ok(subject.call(call('7'), ref(1)).ok);
  for (const id of ['2', '"1"', '1.0', 'null']) assert.ok(hear(subject, `{"jsonrpc":"2.0","id":${id},"result":{}}`));
  assert.ok(hear(subject, '{"jsonrpc":"2.0","result":{}}'));
  assert.ok(hear(subject, '{"jsonrpc":"2.0","id":[1],"method":"m"}'));
  assert.equal(told.filter((one) => one.startsWith('stray')).length, 6);
  assert.equal(subject.isIdle, false);
});

test('progress for a token nobody gave is stray', () => {
  const { subject, told } = conversation();
  assert.ok(subject.call(call('7'), ref(1)).ok);
  hear(subject, '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}}');
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /^stray/);
});

test('a line that is not a JSON object is refused', () => {
  const { subject } = conversation();
  for (const line of ['hello', '[]', '1', '{"a":1,"a":2}', '{', '[{"jsonrpc":"2.0","id":1,"result":{}}]']) {
    assert.equal(hear(subject, line), false, line);
  }
});

test('a request of the server with nobody to ask is refused only after its record, and a ping answered', async () => {
  const recorded = Promise.withResolvers<RecordRef | undefined>();
  const { subject, written, told, backlog } = conversation({ record: () => recorded.promise });
  hear(subject, '{"jsonrpc":"2.0","id":"r","method":"roots/list"}');
  hear(subject, '{"jsonrpc":"2.0","id":5,"method":"ping"}');
  assert.equal(told.length, 2);
  assert.deepEqual(written, []);
  assert.deepEqual(backlog.at(-1), [0, 2]);
  recorded.resolve(ref(1));
  await recorded.promise;
  await new Promise(setImmediate);
  assert.deepEqual(written, [
    '{"jsonrpc":"2.0","id":"r","error":{"code":-32601,"message":"Method not found"}}',
    '{"jsonrpc":"2.0","id":5,"result":{}}',
  ]);
  assert.deepEqual(backlog.at(-1), [0, 0]);
});

test('nothing is written for a server whose request could not be recorded', async () => {
  for (const record of [async () => undefined, () => Promise.reject(new Error('latched'))]) {
    const { subject, written, backlog } = conversation({ record });
    hear(subject, '{"jsonrpc":"2.0","id":"r","method":"ping"}');
    await new Promise(setImmediate);
    assert.deepEqual(written, []);
    assert.deepEqual(backlog.at(-1), [0, 0]);
  }
});

test('with two calls open nobody is shown a request of the server', () => {
  const { subject, told } = conversation();
  assert.ok(subject.call(call('1'), ref(1)).ok && subject.call(call('1'), ref(2)).ok);
  hear(subject, '{"jsonrpc":"2.0","id":"r","method":"sampling/createMessage"}');
  assert.match(told[0] ?? '', /^asked/);
});

test('what is remembered of abandoned calls is bounded, the oldest is forgotten', () => {
  const { subject, told } = conversation({ pending: 2 });
  for (let n = 1; n <= 3; n++) {
    const opened = subject.call(call('7'), ref(n));
    assert.ok(opened.ok);
    opened.value.abandon('upstream_unavailable', 'aborted');
  }
  for (let n = 1; n <= 3; n++) hear(subject, `{"jsonrpc":"2.0","id":${n},"result":{}}`);
  assert.deepEqual(told, [
    'stray {"jsonrpc":"2.0","id":1,"result":{}}',
    'late 2 {"jsonrpc":"2.0","id":7,"result":{}}',
    'late 3 {"jsonrpc":"2.0","id":7,"result":{}}',
  ]);
});

test('a cancellation that could mean two calls is not sent', async () => {
  const { subject, written } = conversation();
  assert.ok(subject.call(call('7'), ref(1)).ok && subject.call(call('7'), ref(2)).ok);
  const cancelled = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}';
  const notification = { kind: 'notification', idText: undefined, method: 'notifications/cancelled' } as const;
  assert.ok((await subject.notify(request(cancelled, notification))).ok);
  assert.equal(written.length, 2);
  assert.ok((await subject.notify(request(cancelled, { ...notification, cancels: ref(2) }))).ok);
  assert.match(written[2] ?? '', /"requestId":2/);
});

test('a message the channel does not take was certainly not executed, and is not open', async () => {
  const { subject, told } = conversation({ writes: false });
  const opened = subject.call(call('7'), ref(1));
  assert.ok(opened.ok);
  assert.deepEqual(await opened.value.messages.read(undefined), {
    ok: false,
    error: { code: 'upstream_unavailable', executed: 'no', reason: 'busy' },
  });
  assert.equal(subject.isIdle, true);
  hear(subject, '{"jsonrpc":"2.0","id":1,"result":{}}');
  assert.match(told[0] ?? '', /^stray/);
});

test('after the end nothing is sent', async () => {
  const { subject, written } = conversation();
  subject.end({ code: 'upstream_unavailable', executed: 'unknown', reason: 'exit_1' });
  const refused = { ok: false, error: { code: 'upstream_unavailable', executed: 'no', reason: 'exit_1' } };
  assert.deepEqual(subject.call(call('7'), ref(1)), refused);
  assert.deepEqual(await subject.notify(call('7')), refused);
  assert.deepEqual(await subject.respond(call('7')), refused);
  assert.deepEqual(written, []);
});
