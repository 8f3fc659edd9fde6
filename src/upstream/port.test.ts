import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intentOf, sendable, spendIntent } from '#upstream/port.ts';
import type { Sendable, UpstreamRequest } from '#upstream/port.ts';

const request: UpstreamRequest = {
  caller: 'issuer\nann',
  gatewaySession: undefined,
  kind: 'request',
  idText: '1',
  method: 'ping',
  progressTokenText: undefined,
  body: Buffer.from('{}'),
  headers: [],
  credential: [],
  timeoutMs: 1,
  signal: new AbortController().signal,
};

test('one durable intent is spent once, whatever is made sendable with it', () => {
  const intent = { shard: 'a', n: 7 };
  const first = sendable(request, intent);
  assert.equal(intentOf(first), intent);
  assert.equal(spendIntent(first), intent);
  assert.throws(() => spendIntent(first), /a:7 was already sent/);
  assert.throws(() => spendIntent(sendable(request, intent)), /a:7 was already sent/);
  assert.equal(spendIntent(sendable(request, { shard: 'a', n: 8 })).n, 8);
});

type Assignable<From, To> = From extends To ? true : false;

test('a request without its intent is not sendable: it does not compile, and no brand can be copied by name', () => {
  const isSendable: Assignable<UpstreamRequest, Sendable> = false;
  assert.equal(isSendable, false);
  assert.deepEqual(Object.keys(sendable(request, { shard: 'a', n: 9 })), Object.keys(request));
});
