import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingOf, sessionBinding } from '#gateway/session-binding.ts';
import { openStream } from '#gateway/steps/open-stream.ts';
import { err, ok } from '#result.ts';
import {
  ADA_TOKEN,
  beginSession,
  fakeGateway,
  forwarded,
  listening,
  listenRecorded,
  sessionFound,
  UPSTREAM_SECRET,
} from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import { jsonAnswer, silentAnswer, sseAnswer } from '#test/fakes/upstream.ts';

const CONFLICT = '{"jsonrpc":"2.0","error":{"code":-32000,"message":"Conflict"},"id":null}';
const FAST = { limits: { resumeRetryMs: 1, resumeTries: 3 } };
const inSession = (wireId: string, lastId?: string) => ({
  headers: { 'mcp-session-id': wireId, 'last-event-id': lastId },
});

async function idOf(gateway: FakeGateway, wireId: string, call: string | undefined): Promise<string> {
  const found = await sessionFound(gateway, inSession(wireId));
  return gateway.eventIds.seal(sessionBinding(found, wireId), { call, upstreamId: 'e7' }) ?? assert.fail('not sealed');
}

/** A call of this session that gave an id, and the id. */
async function resumable(gateway: FakeGateway, wireId: string) {
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway, inSession(wireId));
  const how = { cut: () => undefined, expire: async () => undefined };
  const attachment = gateway.resumables.attach(bindingOf(call), call, how);
  return { call, attachment, id: await idOf(gateway, wireId, call.id) };
}

test("what goes up names the server's own session and event, and shows the connection's credential alone", async () => {
  const gateway = fakeGateway();
  gateway.upstream.listening = () => ok(sseAnswer([]));
  const { wireId } = beginSession(gateway);
  const id = await idOf(gateway, wireId, undefined);
  await listening(gateway, inSession(wireId, id));
  const [request] = gateway.upstream.listened;
  assert.deepEqual(request?.headers, [
    ['mcp-session-id', 'upstream-session'],
    ['accept', 'text/event-stream'],
    ['last-event-id', 'e7'],
  ]);
  assert.deepEqual(request?.credential, [['authorization', `Bearer ${UPSTREAM_SECRET}`]]);
  for (const secret of [ADA_TOKEN, wireId, id]) assert.equal(JSON.stringify(request?.headers).includes(secret), false);
});

test('a call that waits is taken by who resumes it, and waits on when the server gives no stream', async () => {
  const gateway = fakeGateway(FAST);
  const { wireId } = beginSession(gateway);
  const { call, attachment, id } = await resumable(gateway, wireId);
  assert.equal(attachment.wait(), true);
  gateway.upstream.listening = () => err({ code: 'upstream_unavailable', executed: 'no', reason: 'down' });
  const refused = await openStream(await listenRecorded(gateway, inSession(wireId, id)), gateway);
  assert.equal(refused.ok ? '' : refused.error.reason, 'down');
  gateway.upstream.listening = () => ok(sseAnswer([]));
  const { taken } = await listening(gateway, inSession(wireId, id));
  assert.deepEqual([taken?.state, taken?.call.id], ['open', call.id]);
});

test('a call that still has its exchange leaves it before the server is asked', async () => {
  const gateway = fakeGateway();
  const { wireId } = beginSession(gateway);
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway, inSession(wireId));
  const order: string[] = [];
  const cut = (): void => {
    order.push('cut');
    setImmediate(() => attachment.wait());
  };
  const attachment = gateway.resumables.attach(bindingOf(call), call, { cut, expire: async () => undefined });
  gateway.upstream.listening = () => {
    order.push('listened');
    return ok(sseAnswer([]));
  };
  await listening(gateway, inSession(wireId, await idOf(gateway, wireId, call.id)));
  assert.deepEqual(order, ['cut', 'listened']);
});

test('a server that takes the client for connected still is asked again, and not for ever', async () => {
  const gateway = fakeGateway(FAST);
  const { wireId } = beginSession(gateway);
  const conflicts = [
    () => ok(jsonAnswer(CONFLICT, { status: 409 })),
    () => err({ code: 'upstream_invalid', executed: 'unknown', reason: 'status_409' } as const),
  ];
  for (const conflict of conflicts) {
    let asked = 0;
    gateway.upstream.listening = () => ((asked += 1) < 3 ? conflict() : ok(sseAnswer([])));
    assert.equal((await listening(gateway, inSession(wireId))).answer.form, 'sse');
    asked = -10;
    const before = gateway.upstream.listened.length;
    const answer = await openStream(await listenRecorded(gateway, inSession(wireId)), gateway);
    assert.equal(answer.ok ? answer.value.answer.status : answer.error.reason, answer.ok ? 409 : 'status_409');
    assert.equal(gateway.upstream.listened.length - before, 3);
  }
});

test('for who is nobody any more, or has left, nothing goes up', async () => {
  const gateway = fakeGateway();
  const call = await listenRecorded(gateway);
  gateway.identity.rechecking = () => err('revoked');
  const refused = await openStream(call, gateway);
  assert.deepEqual([refused.ok ? '' : refused.error.code, gateway.upstream.listened], ['unauthenticated', []]);
  gateway.identity.rechecking = (verified) => ok(verified);
  const gone = new AbortController();
  const left = await listenRecorded(gateway, { gone: gone.signal });
  gone.abort();
  gateway.upstream.listening = () => err({ code: 'upstream_unavailable', executed: 'no', reason: 'aborted' });
  const ended = await openStream(left, gateway);
  assert.equal(ended.ok ? '' : ended.error.code, 'client_gone');
});

test('a server without a stream says so by its status', async () => {
  const gateway = fakeGateway();
  gateway.upstream.listening = () => ok(silentAnswer(405));
  assert.deepEqual((await listening(gateway)).answer.status, 405);
});

test('a client that leaves before the server gave its head ends the exchange with the server', async () => {
  const gateway = fakeGateway();
  const gone = new AbortController();
  const call = await listenRecorded(gateway, { gone: gone.signal });
  gateway.upstream.listening = () => {
    gone.abort();
    assert.equal(gateway.upstream.listened.at(-1)?.signal.aborted, true);
    return err({ code: 'upstream_unavailable', executed: 'no', reason: 'aborted' });
  };
  const left = await openStream(call, gateway);
  assert.equal(left.ok ? '' : left.error.code, 'client_gone');
});

test('a stop ends a stream whose head has not come', async () => {
  const gateway = fakeGateway();
  const call = await listenRecorded(gateway);
  gateway.upstream.listening = () => {
    gateway.drain();
    assert.equal(call.cut.signal.aborted, true);
    return err({ code: 'upstream_unavailable', executed: 'no', reason: 'aborted' });
  };
  const stopped = await openStream(call, gateway);
  assert.deepEqual(stopped.ok ? [] : [stopped.error.code, stopped.error.reason], ['stopping', 'draining']);
});
