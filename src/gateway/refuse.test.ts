import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse, sendRefusal } from '#gateway/refuse.ts';
import type { Refusal } from '#gateway/refusal.ts';
import {
  arrived,
  fakeGateway,
  forwarded,
  identified,
  parsed,
  received,
  recorded,
  repliedOf,
  requestMasked,
  toolCall,
} from '#test/fakes/gateway.ts';
import type { FakeReply } from '#test/fakes/gateway.ts';
import { LATCHED, headerOf, shapeOf } from '#test/fakes/ledger.ts';

type RpcBody = {
  readonly id?: unknown;
  readonly error?: {
    readonly code: number;
    readonly data: { readonly code: string; readonly executed: string; readonly call: string };
  };
};
function only(reply: FakeReply) {
  assert.equal(reply.sent.length, 1);
  const [sent] = reply.sent;
  assert.ok(sent?.form === 'json');
  return { ...sent, headers: new Map(sent.headers), json: JSON.parse(sent.body) as RpcBody };
}
const timeout: Refusal = { code: 'upstream_timeout', reason: 'headers', executed: 'unknown' };

test('a stranger is refused without waiting for the book, and told where to get a token', async () => {
  const gateway = fakeGateway();
  const call = received(gateway);
  await refuse(call, gateway, { code: 'unauthenticated', reason: 'expired' });
  assert.deepEqual(gateway.ledger.entries, []);
  assert.deepEqual(shapeOf(gateway.ledger.unwaited), ['denied unauthenticated']);
  const header = headerOf(gateway.ledger.unwaited[0]);
  assert.deepEqual(
    [header.source, header.reason, header.connection, header.caller],
    ['203.0.113.9', 'expired', 'notes', undefined],
  );
  const sent = only(repliedOf(call));
  assert.equal(sent.status, 401);
  assert.equal(sent.contentType, 'application/problem+json');
  assert.match(
    sent.headers.get('www-authenticate') ?? '',
    /^Bearer resource_metadata="https:\/\/mcp\.example\/\.well-known\/oauth-protected-resource\/mcp\/notes"/,
  );
  assert.equal(sent.headers.get('x-gatebook-call'), call.id);
});

test('a stranger cannot be kept waiting by a full queue, nor change the answer by it', async () => {
  const gateway = fakeGateway();
  const call = received(gateway);
  gateway.ledger.refusing = () => ({ reason: 'queue_full', retryAfterMs: 1_000 });
  await refuse(call, gateway, { code: 'unauthenticated', reason: 'missing' });
  assert.equal(only(repliedOf(call)).status, 401);
});

test('a refusal of a verified caller is durable before it is sent', async () => {
  const gateway = fakeGateway();
  const call = await identified(gateway);
  let sentBefore = -1;
  gateway.ledger.durable = () => void (sentBefore = repliedOf(call).sent.length);
  await refuse(call, gateway, { code: 'unknown_connection', reason: 'no_grant' });
  assert.equal(sentBefore, 0);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['denied unknown_connection']);
  assert.equal(headerOf(gateway.ledger.entries[0]).reason, 'no_grant');
  assert.equal(only(repliedOf(call)).status, 404);
  assert.equal(JSON.stringify(repliedOf(call).sent).includes('no_grant'), false);
});

test('a refusal that cannot be recorded is sent as one that the book is not available, and says what may have run', async () => {
  const refusing = () => LATCHED;
  const before = fakeGateway();
  const early = await requestMasked(before);
  before.ledger.refusing = refusing;
  await refuse(early, before, { code: 'masking_failed', reason: 'x', executed: 'no' });
  const after = fakeGateway();
  const late = await recorded(after);
  after.ledger.refusing = refusing;
  await refuse(late, after, timeout);
  for (const [call, executed] of [
    [early, 'no'],
    [late, 'unknown'],
  ] as const) {
    const sent = only(repliedOf(call));
    assert.equal(sent.status, 503);
    assert.equal(sent.headers.get('retry-after'), '1');
    assert.deepEqual(sent.json.error?.data, { code: 'audit_unavailable', executed, call: call.id });
  }
});

test('after an intent a refusal closes it, with the outcome that fits and no answer', async () => {
  const cases: readonly [Refusal, string][] = [
    [timeout, 'timeout'],
    [{ code: 'upstream_invalid', reason: 'x', executed: 'unknown' }, 'error'],
    [{ code: 'upstream_unavailable', reason: 'x', executed: 'no' }, 'error'],
    [{ code: 'masking_failed', reason: 'x', executed: 'unknown' }, 'withheld'],
    [{ code: 'denied', reason: 'result_type', executed: 'unknown' }, 'withheld'],
    [{ code: 'client_gone', reason: 'disconnected' }, 'cancelled'],
    [{ code: 'unknown_session', reason: 'session_lost', idText: '1' }, 'error'],
  ];
  for (const [refusal, outcome] of cases) {
    const gateway = fakeGateway();
    const call = await forwarded(gateway);
    gateway.advance(5);
    await refuse(call, gateway, refusal);
    assert.deepEqual(shapeOf(gateway.ledger.entries), ['intent open', `result ${outcome} of 0`], refusal.code);
    const entry = gateway.ledger.entries[1];
    assert.equal(entry?.payload, null);
    const header = headerOf(entry);
    assert.deepEqual(
      [header.code, header.reason, header.durationMs, header.upstreamStatus],
      [refusal.code, refusal.reason, 5, 200],
    );
  }
});

test('what expected no answer has no intent to close', async () => {
  const gateway = fakeGateway();
  const call = await recorded(gateway, { message: { jsonrpc: '2.0', method: 'notifications/initialized' } });
  await refuse(call, gateway, timeout);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['stream up', 'stream late']);
});

test('an error carries the id of the call as it was spelled, or the one its refusal could read', async () => {
  const gateway = fakeGateway();
  const known = await parsed(gateway, { message: '{"jsonrpc":"2.0","id":1.0,"method":"ping"}' });
  await sendRefusal(known, gateway, { code: 'header_mismatch', reason: 'x', idText: undefined });
  const [sent] = repliedOf(known).sent;
  assert.match(sent?.form === 'json' ? sent.body : '', /^\{"jsonrpc":"2\.0","id":1\.0,"error":/);
  const unread = await identified(gateway);
  await sendRefusal(unread, gateway, { code: 'invalid_request', reason: 'x', idText: '"abc"' });
  assert.equal(only(repliedOf(unread)).json.id, 'abc');
});

test('in a stream that has begun, a refusal is its last event', async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway, { message: toolCall('get_note', {}, 'x') });
  const reply = repliedOf(call);
  await reply.event('data: {}\n\n', []);
  await refuse(call, gateway, timeout);
  const last = reply.sent.at(-1);
  assert.equal(reply.sent.length, 2);
  assert.equal(reply.ended, true);
  const body = JSON.parse((last?.form === 'event' ? last.text : '').replace(/^data: /, '')) as RpcBody;
  assert.deepEqual([body.id, body.error?.data.code, body.error?.data.executed], ['x', 'upstream_timeout', 'unknown']);
});

test('a wrong HTTP method is told the right ones', async () => {
  const gateway = fakeGateway();
  const call = arrived(gateway, { method: 'PUT' });
  await refuse(call, gateway, { code: 'method_not_allowed', reason: 'method other' });
  assert.equal(only(repliedOf(call)).headers.get('allow'), 'GET, POST, DELETE');
});

test('a request that was not read to its end is the last of its connection', async () => {
  const gateway = fakeGateway();
  const call = received(gateway);
  call.http.request.complete = false;
  await refuse(call, gateway, { code: 'too_large', reason: 'content_length' });
  assert.equal(only(repliedOf(call)).headers.get('connection'), 'close');
  const whole = received(gateway);
  await refuse(whole, gateway, { code: 'too_large', reason: 'content_length' });
  assert.equal(only(repliedOf(whole)).headers.has('connection'), false);
});

test('a limit is refused with the time after which it passes, and its name and size', async () => {
  const gateway = fakeGateway();
  const call = received(gateway);
  const quota = { policy: 'source', size: 100, unit: 'requests', windowMs: 10_000 } as const;
  await refuse(call, gateway, { code: 'rate_limited', reason: 'source_rate', retryAfterMs: 1_001, quota });
  const { status, headers, json } = only(repliedOf(call));
  assert.deepEqual(
    [status, json.error?.code, json.error?.data],
    [429, -32600, { code: 'rate_limited', executed: 'no', call: call.id }],
  );
  assert.deepEqual(
    [headers.get('retry-after'), headers.get('ratelimit-policy'), headers.get('ratelimit')],
    ['2', '"source";q=100;w=10', '"source";r=0;t=2'],
  );
  assert.equal(headerOf(gateway.ledger.unwaited[0]).reason, 'source_rate');
});

test('only a token that was refused counts against its source', async () => {
  const gateway = fakeGateway({ limits: { refusalsPerSourcePerWindow: 1 } });
  const isHeard = (): boolean => gateway.quotas.sources.unheardMs('203.0.113.9', 0) === 0;
  await refuse(received(gateway), gateway, { code: 'forbidden_origin', reason: 'origin_not_allowed' });
  await refuse(received(gateway), gateway, { code: 'stopping', reason: 'draining', retryAfterMs: 1 });
  assert.equal(isHeard(), true);
  await refuse(received(gateway), gateway, { code: 'unauthenticated', reason: 'bad_signature' });
  assert.equal(isHeard(), false);
});

test('a caller that meets a limit again and again is recorded once and then counted', async () => {
  const gateway = fakeGateway();
  const call = await identified(gateway);
  for (let at = 0; at < 100; at += 1)
    await refuse(call, gateway, { code: 'rate_limited', reason: 'caller_rate', retryAfterMs: 1_000 });
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['denied rate_limited']);
  gateway.throttles.flush(true);
  assert.equal(headerOf(gateway.ledger.unwaited[0]).count, 99);
  assert.equal(headerOf(gateway.ledger.unwaited[0]).caller?.subject, 'ada');
});

test("a stranger's own words do not get into the book: only connections that exist are named", async () => {
  const gateway = fakeGateway();
  const call = received(gateway, { connection: 'buy-my-pills' });
  await refuse(call, gateway, { code: 'unauthenticated', reason: 'missing' });
  assert.equal(headerOf(gateway.ledger.unwaited[0]).connection, '');
});
