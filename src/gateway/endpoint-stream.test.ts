import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEndpointStream } from '#gateway/endpoint-stream.ts';
import type { Delivery } from '#gateway/reply.ts';
import { createFakeReply } from '#test/fakes/gateway.ts';
import type { FakeReply } from '#test/fakes/gateway.ts';

const textsOf = ({ sent }: FakeReply): string[] => sent.map((one) => (one.form === 'event' ? one.text : one.form));
const never = new AbortController().signal;

test('the address of the endpoint is the first event', async () => {
  const stream = createFakeReply();
  const endpoint = createEndpointStream(stream, never, '/mcp/notes?session=a');
  endpoint.reply.open([], 'now');
  await endpoint.reply.event('data: {}\n\n', []);
  assert.equal(stream.opened, true);
  assert.deepEqual(textsOf(stream), ['event: endpoint\ndata: /mcp/notes?session=a\n\n', 'data: {}\n\n']);
});

test('a request is accepted at once, and its answer and its errors come on the stream, whatever form they have', async () => {
  const [stream, post] = [createFakeReply(), createFakeReply()];
  const gone = new AbortController();
  const endpoint = createEndpointStream(stream, gone.signal, '/');
  const carried = endpoint.carry(post);
  assert.deepEqual(post.sent, [{ form: 'empty', status: 202, headers: [] }]);
  assert.equal(carried.gone, gone.signal);
  assert.equal(carried.reply.started(), true, 'what is refused from here on is refused on the stream');
  assert.equal(carried.reply.released(), false);
  await carried.reply.json(502, [['retry-after', '1']], '{"jsonrpc":"2.0","id":1,"error":{}}');
  assert.equal(carried.reply.released(), true);
  assert.deepEqual(textsOf(stream), ['data: {"jsonrpc":"2.0","id":1,"error":{}}\n\n']);
  stream.leave();
  assert.equal(carried.reply.gone(), true);
});

test('events of several calls are written one behind the other, never into each other', async () => {
  const stream = createFakeReply();
  const first = Promise.withResolvers<Delivery>();
  let begun = 0;
  const slow = { ...stream, event: () => (++begun === 1 ? first.promise : Promise.resolve<Delivery>('sent')) };
  const endpoint = createEndpointStream(slow, never, '/');
  const writes = [1, 2].map((n) => endpoint.carry(createFakeReply()).reply.event(`data: ${n}\n\n`, []));
  await new Promise(setImmediate);
  assert.equal(begun, 1);
  first.resolve('sent');
  assert.deepEqual(await Promise.all(writes), ['sent', 'sent']);
  assert.equal(begun, 2);
});

test('the stream is settled when each request has its end, however it ends', async () => {
  const endpoint = createEndpointStream(createFakeReply(), never, '/');
  await endpoint.settled();
  const calls = [1, 2, 3, 4].map(() => endpoint.carry(createFakeReply()).reply);
  let isSettled = false;
  void endpoint.settled().then(() => (isSettled = true));
  await calls[0]?.json(200, [], '{}');
  calls[1]?.end();
  calls[1]?.end();
  calls[2]?.drop();
  await new Promise(setImmediate);
  assert.equal(isSettled, false);
  await calls[3]?.empty(202, []);
  await new Promise(setImmediate);
  assert.equal(isSettled, true);
});
