import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { readBody } from '#gateway/steps/read-body.ts';
import { err } from '#result.ts';
import { connected, fakeGateway } from '#test/fakes/gateway.ts';

/** A request whose body the test sends piece by piece. */
async function openCall(messageBytes = 10) {
  const gateway = fakeGateway({ limits: { messageBytes } });
  const call = await connected(gateway, { headers: { 'content-length': undefined } });
  const request = new IncomingMessage(new Socket());
  return { gateway, request, call: { ...call, http: { ...call.http, request } } };
}
const reasonOf = (result: Awaited<ReturnType<typeof readBody>>): string =>
  result.ok ? result.value.body.toString() : `${result.error.code} ${result.error.reason}`;

test('a body is what was sent, in whatever pieces it came', async () => {
  for (const pieces of [[], ['whole body'], ['in', ' th', 'ree']]) {
    const { gateway, request, call } = await openCall();
    for (const piece of pieces) request.push(piece);
    request.push(null);
    assert.equal(reasonOf(await readBody(call, gateway)), pieces.join(''));
  }
});

test('the first byte too many ends the reading, though no length was stated', async () => {
  const { gateway, request, call } = await openCall(10);
  const reading = readBody(call, gateway);
  request.push('0123456789');
  request.push('x');
  assert.equal(reasonOf(await reading), 'too_large body');
  assert.equal(request.isPaused(), true);
  assert.equal(request.listenerCount('data'), 0);
});

test('a body of exactly the limit is read', async () => {
  const { gateway, request, call } = await openCall(10);
  request.push('0123456789');
  request.push(null);
  assert.equal(reasonOf(await readBody(call, gateway)), '0123456789');
});

test('a client that leaves while sending is gone, and leaves no listener behind', async () => {
  const { gateway, request, call } = await openCall();
  const reading = readBody(call, gateway);
  request.push('half');
  request.destroy(new Error('reset'));
  assert.equal(reasonOf(await reading), 'client_gone while_sending');
  for (const event of ['data', 'end', 'close']) assert.equal(request.listenerCount(event), 0, event);
});

test('a client that left before its body was asked for is gone, not waited for', async () => {
  const { gateway, request, call } = await openCall();
  const closed = new Promise((resolve) => request.once('close', resolve));
  request.destroy();
  await closed;
  assert.equal(reasonOf(await readBody(call, gateway)), 'client_gone while_sending');
});

test('a sender who is revoked while sending is waited for no longer, and told why', async () => {
  const { gateway, request, call } = await openCall();
  const reading = readBody(call, gateway);
  request.push('half');
  gateway.identity.rechecking = () => err('revoked');
  call.cut.abort();
  assert.equal(reasonOf(await reading), 'unauthenticated revoked');
  for (const event of ['data', 'end', 'close']) assert.equal(request.listenerCount(event), 0, event);
  assert.equal(reasonOf(await readBody(call, gateway)), 'unauthenticated revoked');
});
