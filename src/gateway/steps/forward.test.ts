import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toWireError } from '#gateway/errors.ts';
import { forward, upstreamRefusal } from '#gateway/steps/forward.ts';
import { err } from '#result.ts';
import { credentialed, fakeGateway, toolCall } from '#test/fakes/gateway.ts';

test('a call goes up once, with what it was prepared with', async () => {
  const gateway = fakeGateway();
  const call = await credentialed(gateway);
  const result = await forward(call, gateway);
  assert.equal(result.ok && result.value.answer.status, 200);
  assert.deepEqual(gateway.upstream.sent, [call.sendable]);
  await assert.rejects(forward(call, gateway), /already sent/);
  assert.equal(gateway.upstream.sent.length, 1);
});

test('a fault keeps its code, its reason and whether the call may have run', async () => {
  for (const code of ['upstream_unavailable', 'upstream_invalid', 'upstream_timeout'] as const)
    for (const executed of ['no', 'unknown'] as const) {
      const gateway = fakeGateway();
      gateway.upstream.answering = () => err({ code, executed, reason: 'ECONNRESET' });
      assert.deepEqual(await forward(await credentialed(gateway), gateway), {
        ok: false,
        error: { code, executed, reason: 'ECONNRESET' },
      });
    }
});

test('a status that clients act on reaches them with an error of the gateway, any other fault is 502', async () => {
  const gateway = fakeGateway();
  const fault = { code: 'upstream_invalid', executed: 'unknown', reason: 'status_405' } as const;
  gateway.upstream.answering = () => err({ ...fault, refusedWith: 405 });
  const refused = await forward(await credentialed(gateway), gateway);
  assert.equal(!refused.ok && toWireError(refused.error).status, 405);
  assert.equal(toWireError(upstreamRefusal(fault, '1')).status, 502);
});

test('a session the server has lost is an unknown session under the id of the call', async () => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => err({ code: 'upstream_unavailable', executed: 'no', reason: 'session_lost' });
  assert.deepEqual(await forward(await credentialed(gateway, { message: toolCall('get_note', {}, 9) }), gateway), {
    ok: false,
    error: { code: 'unknown_session', reason: 'session_lost', idText: '9' },
  });
  assert.equal(
    upstreamRefusal({ code: 'upstream_invalid', executed: 'no', reason: 'busy' }, '1').code,
    'upstream_invalid',
  );
});

test('a modern call whose client left before any answer is cancelled, not at fault', async () => {
  const gateway = fakeGateway();
  const gone = new AbortController();
  gateway.upstream.answering = () => {
    gone.abort();
    return err({ code: 'upstream_unavailable', executed: 'unknown', reason: 'aborted' });
  };
  const headers = { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'get_note' };
  assert.deepEqual(await forward(await credentialed(gateway, { gone: gone.signal, headers }), gateway), {
    ok: false,
    error: { code: 'client_gone', reason: 'disconnected' },
  });
});

test('nothing is sent for a caller who became nobody while the intent was recorded', async () => {
  for (const [fault, reason] of [
    ['revoked', 'revoked'],
    ['expired', 'token_expired'],
  ] as const) {
    const gateway = fakeGateway();
    const call = await credentialed(gateway);
    gateway.identity.rechecking = () => err(fault);
    assert.deepEqual(await forward(call, gateway), {
      ok: false,
      error: { code: 'unauthenticated', reason, executed: 'no' },
    });
    assert.deepEqual(gateway.upstream.sent, []);
  }
});

test('a call that was cut because its caller is revoked is no fault of the server', async () => {
  const gateway = fakeGateway();
  const call = await credentialed(gateway);
  gateway.upstream.answering = () => {
    gateway.identity.rechecking = () => err('revoked');
    return err({ code: 'upstream_unavailable', executed: 'unknown', reason: 'aborted' });
  };
  assert.deepEqual(await forward(call, gateway), {
    ok: false,
    error: { code: 'unauthenticated', reason: 'revoked', executed: 'unknown' },
  });
});
