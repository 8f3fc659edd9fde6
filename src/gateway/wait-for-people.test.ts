import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval, Asks } from '#approvals/approval.ts';
import type { Waiting } from '#approvals/waiting.ts';
import type { Authorized, HoldRound } from '#gateway/call.ts';
import { toWireError } from '#gateway/errors.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { awaitApproval } from '#gateway/steps/await-approval.ts';
import { waitForPeople } from '#gateway/wait-for-people.ts';
import { callerKey } from '#identity/caller.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { ADA, ADA_TOKEN, authorized, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { FakeGateway, GatewayOverrides } from '#test/fakes/gateway.ts';

const LEAD = { issuer: ADA.issuer, subject: 'olga', groups: TERMS.approvers };
const AT_ONCE = { approvalHoldMs: 0, approvalTellMs: 0, approvalRounds: 2 };
const AUTO = { otherwise: 'auto', byClient: new Map() } as const;
const message = toolCall('delete_note', { id: 7 });

type Asked = { readonly gateway: FakeGateway; readonly call: Authorized; readonly approval: Approval };

/** A call of a modern client that has asked already. */
async function asked(overrides: GatewayOverrides = {}, waiting?: Waiting): Promise<Asked> {
  const gateway = fakeGateway({ limits: AT_ONCE, ...overrides });
  const call: Authorized = { ...(await authorized(gateway, { message })), era: 'modern', protocol: '2026-07-28' };
  await awaitApproval(call, gateway);
  const [approval] = gateway.approvals.list(['pending']);
  assert.ok(approval);
  const client = ADA.client ?? '';
  const holds =
    waiting === undefined
      ? gateway.holds
      : { ...gateway.holds, waiting: { otherwise: 'auto' as const, byClient: new Map([[client, waiting]]) } };
  return { gateway: { ...gateway, holds }, call, approval };
}

const roundOf = ({ approval }: Asked, round: number, said?: HoldRound['said']): HoldRound => ({
  approval: approval.id,
  caller: callerKey(ADA),
  print: Buffer.from(approval.fingerprint).toString('base64url'),
  round,
  expiresMs: approval.expiresMs,
  said,
});

async function refused({ gateway, call, approval }: Asked, round?: HoldRound): Promise<Refusal> {
  assert.ok(call.message.kind === 'request');
  const waiting = { ...call, ...(round === undefined ? {} : { round }) };
  const outcome = await waitForPeople(waiting, call.message, approval, gateway);
  assert.ok(!outcome.ok);
  return outcome.error;
}
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const wayIn = (refusal: Refusal): unknown =>
  refusal.code === 'approval_required' ? (refusal.way?.kind ?? 'refused plainly') : `${refusal.code} ${refusal.reason}`;

test('a modern client is sent away with a state that names its call, its caller and how often it was', async () => {
  const one = await asked();
  const refusal = await refused(one);
  assert.ok(refusal.code === 'approval_required' && refusal.way?.kind === 'come_back');
  const { said: _, ...state } = roundOf(one, 1);
  assert.deepEqual(one.gateway.holdStates.open(refusal.way.state), {
    ...state,
    expiresMs: one.approval.expiresMs + TERMS.validMs,
  });
  assert.equal(wayIn(await refused(one, roundOf(one, 1))), 'come_back');
  assert.equal(wayIn(await refused(one, roundOf(one, 2))), 'refused plainly', 'one time too many');
});

test('whoever says that they want it no longer ends the request; whoever looks away does not', async () => {
  const one = await asked();
  assert.equal(wayIn(await refused(one, roundOf(one, 1, 'cancel'))), 'refused plainly');
  assert.equal(one.gateway.approvals.find(one.approval.id)?.state, 'pending');
  assert.equal(wayIn(await refused(one, roundOf(one, 1, 'decline'))), 'approval_expired declined');
  assert.equal(one.gateway.approvals.find(one.approval.id)?.state, 'withdrawn');
});

const ASKS: Asks = { reason: true, ticket: 'OPS-[0-9]+' };

/** Of a rule that wants to know why; its client can ask its user in a form. */
async function askedWhy(elicitation: object): Promise<Asked> {
  const byRule = new Map([[TERMS.rule, { ...TERMS, asks: ASKS }]]);
  const gateway = fakeGateway({
    limits: AT_ONCE,
    signsIn: true,
    holds: { byRule, otherwise: undefined, owners: new Map(), samePeople: [], waiting: AUTO },
  });
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation } };
  const said = { ...message, params: { ...message.params, _meta } };
  const call: Authorized = { ...(await authorized(gateway, { message: said })), era: 'modern' };
  await awaitApproval(call, gateway);
  const [approval] = gateway.approvals.list(['pending']);
  assert.ok(approval);
  return { gateway, call, approval };
}
const asksIn = (refusal: Refusal): unknown =>
  refusal.code === 'approval_required' && refusal.way?.kind === 'come_back'
    ? [refusal.way.tells, refusal.way.asks]
    : wayIn(refusal);

test('where the rule wants to know why, a user is asked in a form, again until they said it, and then people are', async () => {
  const one = await askedWhy({ form: {} });
  assert.deepEqual(asksIn(await refused(one)), [false, true]);
  const unfit = { ...roundOf(one, 1, 'accept'), statement: { reason: 'a mistake', ticket: 'none' } };
  assert.deepEqual(asksIn(await refused(one, unfit)), [false, true]);
  const fit = { ...unfit, round: 0, statement: { reason: `it is ${ADA_TOKEN}`, ticket: 'OPS-7' } };
  assert.deepEqual(asksIn(await refused(one, fit)), [false, false]);
  const kept = one.gateway.approvals.find(one.approval.id)?.statement;
  assert.equal(kept?.ticket, 'OPS-7');
  assert.equal(kept.reason.includes(ADA_TOKEN), false);
});

test('where its user can be asked only at the page they are sent there, and otherwise told plainly what is wanted', async () => {
  const page = await askedWhy({ url: {} });
  assert.deepEqual(asksIn(await refused(page)), [true, false]);
  assert.deepEqual(asksIn(await refused(page, roundOf(page, 1, 'accept'))), [false, false]);
  const none = await refused(await askedWhy({ other: {} }));
  assert.ok(none.code === 'approval_required' && none.way === undefined);
  assert.deepEqual(none.approval?.asks, ASKS);
});

test('how a single client waits is the operator’s to say', async () => {
  assert.equal(wayIn(await refused(await asked({}, 'refuse'))), 'refused plainly');
  assert.equal(wayIn(await refused(await asked({}, 'hold'))), 'refused plainly');
  assert.equal(wayIn(await refused(await asked({}, 'rounds'))), 'come_back');
});

test('what people decide while it waits lets it go on, or ends it', async () => {
  for (const [effect, expected] of [
    ['approve', undefined],
    ['deny', 'approval_denied denied'],
  ] as const) {
    const one = await asked();
    const gateway = {
      ...one.gateway,
      limits: { ...one.gateway.limits, approvalHoldMs: 60_000, approvalTellMs: 60_000 },
    };
    assert.ok(one.call.message.kind === 'request');
    const waiting = waitForPeople(one.call, one.call.message, one.approval, gateway);
    await gateway.approvals.vote(one.approval.id, LEAD, { effect, scope: 'once', reason: '' });
    const outcome = await waiting;
    assert.equal(outcome.ok ? undefined : wayIn(outcome.error), expected);
  }
});

test('whoever comes back by itself is sent away once more when the yes comes late, for a minute that its call can take', async () => {
  const late = async (waitedMs: number, round: number): Promise<unknown> => {
    const one = await asked();
    const gateway = { ...one.gateway, limits: { ...one.gateway.limits, approvalHoldMs: 45_000 } };
    assert.ok(one.call.message.kind === 'request');
    const call = { ...one.call, round: roundOf(one, round) };
    const waiting = waitForPeople(call, one.call.message, one.approval, gateway);
    await new Promise((next) => setImmediate(next));
    one.gateway.advance(waitedMs);
    await gateway.approvals.vote(one.approval.id, LEAD, { effect: 'approve', scope: 'once', reason: '' });
    const outcome = await waiting;
    return outcome.ok ? outcome.value.approval?.state : wayIn(outcome.error);
  };
  assert.equal(await late(14_999, 1), 'approved');
  assert.equal(await late(15_000, 1), 'come_back');
  assert.equal(await late(15_000, 2), 'approved', 'it was sent away often enough');
});

test('a client that left while it waited is answered by nobody', async () => {
  const one = await asked();
  const gone = AbortSignal.abort();
  const gateway = { ...one.gateway, limits: { ...one.gateway.limits, approvalHoldMs: 60_000 } };
  const outcome = await refused({ ...one, gateway, call: { ...one.call, gone } });
  assert.equal(outcome.code, 'client_gone');
});

test('a client whose request is over is told so, and not sent away once more before the store has it', async () => {
  const one = await asked();
  const gateway = { ...one.gateway, clock: () => one.approval.expiresMs };
  assert.equal(one.gateway.approvals.find(one.approval.id)?.state, 'pending');
  assert.equal(wayIn(await refused({ ...one, gateway }, roundOf(one, 1))), 'approval_expired expired');
  const before = { ...one.gateway, clock: () => one.approval.expiresMs - 1 };
  assert.equal(wayIn(await refused({ ...one, gateway: before }, roundOf(one, 1))), 'come_back');
});

test('an approved call for which no place comes free is told so, and passes with the same yes later', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const gateway = fakeGateway({ limits: { approvalHoldMs: 60_000, callsInFlight: 1 } });
  const call = await authorized(gateway, { message });
  const held = Promise.resolve(awaitApproval(call, gateway));
  for (let turns = 0; gateway.heldCalls.counts().calls === 0 && turns < 100; turns += 1) await turn();
  const [approval] = gateway.approvals.list(['pending']);
  assert.ok(approval && gateway.admission.enter('another', new AbortController()));
  assert.ok((await gateway.approvals.vote(approval.id, LEAD, { effect: 'approve', scope: 'once', reason: '' })).ok);
  await turn();
  gateway.advance(gateway.limits.heldReturnMs);
  t.mock.timers.tick(gateway.limits.heldTickMs);
  const outcome = await held;
  assert.ok(!outcome.ok);
  const { status, message: said, executed } = toWireError(outcome.error);
  assert.deepEqual([status, outcome.error.reason, executed], [503, 'no_place', 'no']);
  assert.match(said, /approved/);
  gateway.admission.leave(call.id);
  gateway.admission.leave('another');
  const again = await awaitApproval(await authorized(gateway, { message }), gateway);
  assert.equal(again.ok ? again.value.approval?.id : again.error.code, approval.id);
});
