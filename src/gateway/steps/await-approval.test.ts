import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authorized } from '#gateway/call.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { awaitApproval } from '#gateway/steps/await-approval.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { ADA, authorized, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const LEAD = { issuer: ADA.issuer, subject: 'olga', groups: TERMS.approvers };
const AUTO = { otherwise: 'auto', byClient: new Map() } as const;
const message = toolCall('delete_note', { id: 7, password: 'hunter2hunter2' });

async function held(gateway: FakeGateway, said: object = message): Promise<Refusal> {
  const result = await awaitApproval(await authorized(gateway, { message: said }), gateway);
  assert.ok(!result.ok);
  return result.error;
}
async function asked(gateway: FakeGateway, said?: object): Promise<string> {
  const refusal = await held(gateway, said);
  assert.ok(refusal.code === 'approval_required' && refusal.approval !== undefined);
  return refusal.approval.id;
}
async function agreed(gateway: FakeGateway, effect: 'approve' | 'deny' = 'approve'): Promise<string> {
  const id = await asked(gateway);
  assert.ok((await gateway.approvals.vote(id, LEAD, { effect, scope: 'once', reason: 'not today' })).ok);
  return id;
}

test("an allowed call needs nobody's approval and does not wait", async () => {
  const gateway = fakeGateway();
  const result = awaitApproval(await authorized(gateway), gateway);
  assert.ok(!(result instanceof Promise) && result.ok);
  assert.equal(result.value.approval, undefined);
  assert.deepEqual(gateway.ledger.entries, []);
});

test('how a task stands that was made for a held call needs no approval of its own', async () => {
  const gateway = fakeGateway();
  const call = await authorized(gateway, { message });
  assert.equal(call.decision.effect, 'hold');
  const made = { call: 'maker', method: 'tools/call', name: 'delete_note', approval: 'apr_1' };
  const about = async (method: string, held: object): Promise<boolean> => {
    const looking = { ...call.message, method };
    return (await awaitApproval({ ...call, message: looking, follows: [{ ...made, ...held }] }, gateway)).ok;
  };
  assert.deepEqual([await about('tasks/get', { held: '{}' }), await about('tasks/get', {})], [true, false]);
  assert.equal(await about('subscriptions/listen', { held: '{}' }), false, 'what goes to the server is held');
});

test('a held call asks: recorded before it is asked, with what is masked, and told with the id and where to decide', async () => {
  const gateway = fakeGateway({ signsIn: true });
  const refusal = await held(gateway);
  assert.ok(refusal.code === 'approval_required' && refusal.approval !== undefined);
  const { id, url, expiresMs } = refusal.approval;
  assert.equal(url, `https://mcp.example/approvals/${id}`);
  assert.equal(expiresMs, gateway.clock() + TERMS.waitMs);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control approval_requested']);
  const [entry] = gateway.ledger.entries;
  assert.equal(headerOf(entry).decision?.approval, id);
  assert.deepEqual(headerOf(entry).detail?.['approvers'], TERMS.approvers);
  const stored = entry?.payload?.toString() ?? '';
  assert.ok(stored.includes('delete_note'));
  assert.equal(stored.includes('hunter2hunter2'), false);
  assert.equal(gateway.approvalStore.find(id)?.record, 'a:0');
});

test('the same call again is the same request; another is another', async () => {
  const gateway = fakeGateway();
  const id = await asked(gateway);
  assert.equal(await asked(gateway), id);
  assert.notEqual(await asked(gateway, toolCall('delete_note', { id: 8, password: 'hunter2hunter2' })), id);
  assert.equal(gateway.ledger.entries.length, 2);
});

test('once people agreed, exactly the same call passes, and no other', async () => {
  const gateway = fakeGateway();
  const id = await agreed(gateway);
  await asked(gateway, toolCall('delete_note', { id: 7.0, password: 'another one' }));
  const result = await awaitApproval(await authorized(gateway, { message }), gateway);
  assert.equal(result.ok && result.value.approval?.id, id);
});

test('a call that people refused is refused with their words, and nobody is asked again', async () => {
  const gateway = fakeGateway();
  const id = await agreed(gateway, 'deny');
  const refusal = await held(gateway);
  assert.deepEqual(refusal.code === 'approval_denied' ? refusal.approval : refusal, { id, said: 'not today' });
});

test('where the rule asks something of whoever asks, they are told so at once, and wait once they have said it', async () => {
  const terms = { ...TERMS, asks: { reason: true } };
  const holds = {
    byRule: new Map([[terms.rule, terms]]),
    otherwise: terms,
    owners: new Map(),
    samePeople: [],
    waiting: AUTO,
  };
  const gateway = fakeGateway({ holds, limits: { approvalHoldMs: 3_600_000 } });
  const refusal = await held(gateway);
  assert.ok(refusal.code === 'approval_required' && refusal.approval !== undefined);
  assert.deepEqual(refusal.approval.asks, { reason: true });
  const { id } = refusal.approval;
  const said = { reason: 'the customer asked', mask: (text: string) => text };
  assert.ok((await gateway.approvals.state(id, { ...ADA, groups: [] }, said)).ok);
  const again = await authorized(gateway, { message });
  const [passed, voted] = await Promise.all([
    awaitApproval(again, gateway),
    gateway.approvals.vote(id, LEAD, { effect: 'approve', scope: 'once', reason: '' }),
  ]);
  assert.ok(voted.ok);
  assert.equal(passed.ok && passed.value.approval?.id, id);
});

test('where nobody could decide nobody is asked', async () => {
  const holds = { byRule: new Map(), otherwise: undefined, owners: new Map(), samePeople: [], waiting: AUTO };
  const refusal = await held(fakeGateway({ holds }));
  assert.deepEqual([refusal.code, refusal.reason], ['approval_required', 'nobody_to_ask']);
});

test('what cannot be recorded or kept is not asked, and the call is not made', async () => {
  const latched = fakeGateway();
  const call = await authorized(latched, { message });
  latched.ledger.refusing = () => LATCHED;
  const result = await awaitApproval(call, latched);
  assert.equal(result.ok ? '' : result.error.code, 'audit_unavailable');
  assert.deepEqual(latched.approvalStore.list(['pending'], 9), []);
  const broken = fakeGateway();
  broken.approvalStore.fail();
  assert.equal((await held(broken)).code, 'approvals_unavailable');
  assert.equal((await held(fakeGateway({ approvalRoom: 0 }))).code, 'rate_limited');
});

test('who asks for a service account is remembered with who answers for it', async () => {
  const owner = { issuer: ADA.issuer, subject: 'olga' };
  const holds = {
    byRule: new Map([[TERMS.rule, TERMS]]),
    otherwise: undefined,
    owners: new Map([[`${ADA.issuer}\n${ADA.subject}`, owner]]),
    samePeople: [],
    waiting: AUTO,
  };
  const gateway = fakeGateway({ holds });
  const id = await asked(gateway);
  const voted = await gateway.approvals.vote(id, LEAD, { effect: 'approve', scope: 'once', reason: '' });
  assert.deepEqual(voted, { ok: false, error: 'own_request' });
});

test('a denied call does not pass even if it came this far', async () => {
  const gateway = fakeGateway();
  const call = await authorized(gateway);
  const denied: Authorized = { ...call, decision: { ...call.decision, effect: 'deny', reason: 'denied_by_rule' } };
  const result = await awaitApproval(denied, gateway);
  assert.equal(result.ok ? '' : result.error.code, 'denied');
});

test('a notification that is held is refused: nobody would wait for it', async () => {
  const gateway = fakeGateway();
  const call = await authorized(gateway, { message: { jsonrpc: '2.0', method: 'notifications/initialized' } });
  const result = await awaitApproval({ ...call, decision: { ...call.decision, effect: 'hold' } }, gateway);
  assert.deepEqual(result.ok ? '' : [result.error.code, result.error.reason], ['approval_required', 'not_a_request']);
});

test('a call whose request ended because others who asked the same left asks anew, within bounds; a word to withdraw it counts', async () => {
  const gateway = fakeGateway({ limits: { approvalHoldMs: 60_000 } });
  const pending = async (): Promise<string> => {
    for (let turns = 0; turns < 100; turns += 1) {
      const found = gateway.approvals.list(['pending']).find(({ id }) => gateway.heldCalls.waitingFor(id) > 0);
      if (found !== undefined) return found.id;
      await new Promise((next) => void setImmediate(next));
    }
    throw new Error('no call waits');
  };
  const call = await authorized(gateway, { message });
  const waiting = Promise.resolve(awaitApproval(call, gateway));
  const seen = new Set<string>();
  for (let asks = 0; asks < gateway.limits.approvalAsks; asks += 1) {
    const id = await pending();
    seen.add(id);
    await gateway.approvals.leave(id);
  }
  const refused = await waiting;
  assert.equal(seen.size, gateway.limits.approvalAsks);
  assert.deepEqual(refused.ok ? '' : [refused.error.code, refused.error.reason], ['approval_expired', 'left']);

  const another = Promise.resolve(awaitApproval(await authorized(gateway, { message }), gateway));
  await gateway.approvals.withdraw(await pending());
  const withdrawn = await another;
  assert.equal(withdrawn.ok ? '' : withdrawn.error.reason, 'withdrawn');
  assert.deepEqual(gateway.approvals.list(['pending']), []);
});
