import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from '#gateway/call.ts';
import type { ConnectionRuntime } from '#gateway/connection-runtime.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { exchangeEndOf, exchangeLapseOf, judgedBy, lasts, mayHaveAgain } from '#gateway/lasting.ts';
import { limitCaller } from '#gateway/steps/limit-caller.ts';
import { createPolicy } from '#policy/policy.ts';
import type { Policy, PolicySettings } from '#policy/policy.ts';
import { ok } from '#result.ts';
import { ADA, beginSession, fakeGateway, forwarded, listening, POLICY } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

function policyOf(changes: Partial<PolicySettings>): Policy {
  const policy = createPolicy({ ...POLICY, ...changes });
  assert.ok(policy.ok);
  return policy.value;
}

function changed(gateway: FakeGateway, of: Partial<ConnectionRuntime>) {
  const connections = new Map(gateway.connections);
  const notes = connections.get('notes') ?? assert.fail('no notes');
  return connections.set('notes', { ...notes, ...of });
}

/** What a reload may have made of the gateway, and what that does to a stream. */
const RELOADS: readonly [string, (gateway: FakeGateway) => Partial<Gateway>][] = [
  ['not_configured', () => ({ connections: new Map() })],
  ['server_replaced', (gateway) => ({ connections: changed(gateway, { incarnation: 'notes#1' }) })],
  [
    'issuer_not_configured',
    ({ identity }) => ({ identity: { ...identity, trusts: (issuer) => issuer !== ADA.issuer } }),
  ],
  ['no_grant', () => ({ policy: policyOf({ grants: [] }) })],
];

async function streamOf(gateway: FakeGateway): Promise<Exchange> {
  gateway.upstream.listening = () => ok(sseAnswer([]));
  return listening(gateway, { headers: { 'mcp-session-id': beginSession(gateway).wireId } });
}
async function callOf(gateway: FakeGateway, name = 'get_note') {
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const params = { name, arguments: {} };
  return forwarded(gateway, { message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params } });
}

test('a stream ends when its access is taken away, and a call keeps what it was begun under', async () => {
  for (const [reason, reload] of RELOADS) {
    const gateway = fakeGateway();
    const [stream, call] = [await streamOf(gateway), await callOf(gateway)];
    assert.equal(exchangeEndOf(stream, gateway, 'no'), undefined);
    gateway.replaceBy({ ...gateway, ...reload(gateway) });
    const end = { code: 'unknown_connection', reason, executed: 'no' };
    assert.deepEqual([exchangeEndOf(stream, gateway, 'no'), exchangeLapseOf(stream, gateway, 'no')], [end, end]);
    assert.deepEqual(
      [exchangeEndOf(call, gateway, 'no'), exchangeLapseOf(call, gateway, 'no')],
      [undefined, undefined],
    );
    assert.deepEqual(judgedBy(call, gateway), [call, gateway]);
  }
});

test('what lasts is ended when it is looked after, and a stop ends it without a wait', async () => {
  const gateway = fakeGateway();
  const [stream, call] = [await streamOf(gateway), await callOf(gateway)];
  limitCaller(call, gateway);
  gateway.admission.endOver();
  assert.equal(stream.cut.signal.aborted, false);
  gateway.replaceBy({ ...gateway, policy: policyOf({ grants: [] }) });
  gateway.admission.endOver();
  assert.deepEqual([stream.cut.signal.aborted, call.cut.signal.aborted], [true, false]);
  const other = await callOf(gateway);
  limitCaller(other, gateway);
  assert.equal(lasts(other.id, { ...other, resumed: 'closed' }, gateway), 'entered');
  gateway.drain();
  assert.deepEqual([other.cut.signal.aborted, call.cut.signal.aborted], [true, false]);
});

test('the messages of a stream are judged by the connection in force, its secrets among them', async () => {
  const gateway = fakeGateway();
  const stream = await streamOf(gateway);
  const connections = changed(gateway, { showsOrigin: true, secrets: ['rotated-secret-0123456789'] });
  const next = { ...gateway, connections };
  gateway.replaceBy(next);
  const [call, judge] = judgedBy(stream, gateway);
  assert.deepEqual([call.connection.showsOrigin, judge], [true, next]);
  assert.doesNotMatch(judge.masker.maskText('it is rotated-secret-0123456789', call.secrets), /rotated-secret/);
});

test('a call that is over is given again only to who may have it under the policy it was decided by', async () => {
  const gateway = fakeGateway();
  const call = await callOf(gateway);
  const level = { allow: ['tools/call:get_other'], deny: [] };
  assert.equal(mayHaveAgain(call, call, gateway), true);
  assert.equal(mayHaveAgain(call, call, { policy: policyOf({ version: 'fedcba9876543210' }) }), false);
  assert.equal(mayHaveAgain(call, call, { policy: policyOf({ levels: { work: level } }) }), false);
  gateway.replaceBy({ ...gateway, policy: policyOf({ version: 'fedcba9876543210' }) });
  assert.deepEqual(exchangeEndOf({ ...call, resumed: 'closed' }, gateway, 'unknown'), {
    code: 'denied',
    reason: 'policy_changed',
    executed: 'unknown',
  });
  assert.equal(exchangeEndOf({ ...call, resumed: 'open' }, gateway, 'unknown'), undefined);
});
