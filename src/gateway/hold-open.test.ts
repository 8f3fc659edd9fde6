import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Approval } from '#approvals/approval.ts';
import type { Authorized } from '#gateway/call.ts';
import { holdOpen } from '#gateway/hold-open.ts';
import type { HoldEnd } from '#gateway/hold-open.ts';
import { awaitApproval } from '#gateway/steps/await-approval.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { ADA, authorized, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway, FakeReply } from '#test/fakes/gateway.ts';

const LEAD = { issuer: ADA.issuer, subject: 'olga', groups: TERMS.approvers };
const WAITS = { limits: { approvalHoldMs: 60_000, approvalProgressMs: 5_000 } };
const message = { ...toolCall('delete_note', { id: 7 }) };
const STREAM = { accept: 'application/json, text/event-stream' };
const withToken = { ...message, params: { ...message.params, _meta: { progressToken: 'p1' } } };

type Held = { readonly call: Authorized; readonly asked: Approval; readonly waiting: Promise<HoldEnd> };
async function hold(gateway: FakeGateway, ask: Ask = { message }): Promise<Held> {
  const call = await authorized(gateway, ask);
  // Asked without waiting, so that a test decides when the waiting begins.
  await awaitApproval(call, { ...gateway, limits: { ...gateway.limits, approvalHoldMs: 0 } });
  const [asked] = gateway.approvals.list(['pending']);
  assert.ok(asked && call.message.kind === 'request');
  return { call, asked, waiting: holdOpen(call, call.message, asked, gateway, gateway.limits.approvalHoldMs) };
}
const requestOf = ({ call }: Held): RequestMessage => {
  assert.ok(call.message.kind === 'request');
  return call.message;
};
function pass(t: TestContext, gateway: FakeGateway, ms: number): void {
  gateway.advance(ms);
  t.mock.timers.tick(ms);
}
/** Everything that only waited for its turn has had it. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const decide = (gateway: FakeGateway, { id }: Approval, effect: 'approve' | 'deny') =>
  gateway.approvals.vote(id, LEAD, { effect, scope: 'once', reason: '' });
test('a call that waits goes on when people agreed, and hears when they did not', async () => {
  for (const [effect, state] of [
    ['approve', 'approved'],
    ['deny', 'denied'],
  ] as const) {
    const gateway = fakeGateway(WAITS);
    const { asked, waiting } = await hold(gateway);
    assert.ok((await decide(gateway, asked, effect)).ok);
    const decided = await waiting;
    assert.equal(typeof decided === 'object' ? decided.state : decided, state);
  }
});

test('it waits no longer than clients do, nor than the request itself', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const short = fakeGateway({ limits: { approvalHoldMs: 5_000 } });
  const { waiting, asked } = await hold(short);
  pass(t, short, 5_000);
  assert.equal(await waiting, undefined);
  assert.equal(short.approvalStore.find(asked.id)?.state, 'pending');
  const late = fakeGateway(WAITS);
  const held = await hold(late);
  late.advance(TERMS.waitMs);
  assert.ok(held.call.message.kind === 'request');
  assert.equal(await holdOpen(held.call, held.call.message, held.asked, late, 60_000), undefined);
  late.stop();
  await held.waiting;
});

test('a client with a progress token on a stream hears that it waits, ever more and always below zero', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const gateway = fakeGateway(WAITS);
  const { call, asked, waiting } = await hold(gateway, { message: withToken, headers: STREAM });
  const reply = call.reply as FakeReply;
  for (let times = 0; times < 3; times += 1) pass(t, gateway, 5_000);
  assert.ok((await decide(gateway, asked, 'approve')).ok);
  await waiting;
  const told = reply.sent.map((one) => {
    assert.equal(one.form, 'event');
    return JSON.parse(/^data: (.*)$/m.exec(one.form === 'event' ? one.text : '')?.[1] ?? '') as {
      params: { progressToken: string; progress: number };
    };
  });
  const values = told.map(({ params }) => params.progress);
  assert.ok(told.every(({ params }) => params.progressToken === 'p1'));
  assert.deepEqual(
    values,
    values.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(values).size, values.length);
  assert.ok(values.every((value) => value < 0));
  assert.equal(values.length, 3);
  pass(t, gateway, 50_000);
  assert.equal(reply.sent.length, 3, 'nothing is told once it is over');
});

test('without a token a stream gets comments, and without a stream nothing is sent while it waits', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  for (const [ask, comments] of [
    [{ message, headers: STREAM }, 2],
    [{ message: withToken, headers: { accept: 'application/json' } }, 0],
  ] as const) {
    const gateway = fakeGateway(WAITS);
    const { call, asked, waiting } = await hold(gateway, ask);
    for (let times = 0; times < 2; times += 1) pass(t, gateway, gateway.limits.streamQuietMs);
    assert.ok((await decide(gateway, asked, 'approve')).ok);
    await waiting;
    const { sent, comments: said } = call.reply as FakeReply;
    assert.deepEqual([sent, said], [[], comments]);
  }
});

test('whoever is cut off waits no longer', async () => {
  const gateway = fakeGateway(WAITS);
  const { call, waiting } = await hold(gateway);
  call.cut.abort();
  assert.equal(await waiting, undefined);
});

test('a request that several wait for is withdrawn when the last modern client that waited has left', async () => {
  const gateway = fakeGateway(WAITS);
  const clients = [new AbortController(), new AbortController()];
  const held = await hold(gateway);
  held.call.cut.abort();
  await held.waiting;
  const waiting = clients.map(({ signal: gone }) =>
    holdOpen(
      { ...held.call, cut: new AbortController(), gone, era: 'modern' },
      { ...requestOf(held) },
      held.asked,
      gateway,
      60_000,
    ),
  );
  clients[0]?.abort();
  assert.equal(await waiting[0], undefined);
  assert.equal(gateway.approvalStore.find(held.asked.id)?.state, 'pending');
  assert.ok(gateway.heldCalls.argumentsOf(held.asked.id));
  clients[1]?.abort();
  await waiting[1];
  assert.equal(gateway.approvalStore.find(held.asked.id)?.state, 'withdrawn');
  assert.equal(gateway.heldCalls.argumentsOf(held.asked.id), undefined);
});

test('a call waits beside those on their way, and goes on once there is a place among them, or not at all', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  for (const [comesFree, outcome] of [
    [true, 'approved'],
    [false, 'no_place'],
  ] as const) {
    const gateway = fakeGateway({ limits: { ...WAITS.limits, callsInFlight: 1 } });
    const { call, asked, waiting } = await hold(gateway);
    assert.ok(gateway.admission.enter('another', new AbortController()), 'it left its place');
    assert.ok((await decide(gateway, asked, 'approve')).ok);
    await turn();
    if (comesFree) gateway.admission.leave('another');
    else pass(t, gateway, gateway.limits.heldReturnMs);
    const ended = await waiting;
    assert.equal(typeof ended === 'object' ? ended.state : ended, outcome);
    gateway.admission.leave(call.id);
  }
});

test('where there is no room to wait, or the process stops, a call is answered at once and its request stays', async () => {
  const full = fakeGateway({ limits: { ...WAITS.limits, heldBytes: 10 } });
  const { asked, waiting } = await hold(full);
  assert.equal(await waiting, undefined);
  assert.equal(full.approvalStore.find(asked.id)?.state, 'pending');
  const stopping = fakeGateway(WAITS);
  const held = await hold(stopping);
  stopping.drain();
  assert.equal(await held.waiting, undefined);
  const again = holdOpen(held.call, requestOf(held), held.asked, stopping, 60_000);
  assert.equal(await again, undefined);
});

test('while it waits nothing parsed of it is kept, and what goes on is read from the same bytes again', async () => {
  const gateway = fakeGateway(WAITS);
  const { call, asked, waiting } = await hold(gateway);
  const { bytes } = (await authorized(gateway, { message })).message.doc;
  assert.equal(call.message.doc.text, '');
  const { rawHeaders, headers } = call.http.request;
  assert.deepEqual([rawHeaders, headers], [[], {}], 'node keeps the token nowhere');
  assert.ok(call.headers.has('content-type'), 'what was read of its head is still known');
  assert.ok((await decide(gateway, asked, 'approve')).ok);
  await waiting;
  assert.deepEqual(call.message.doc.bytes, bytes);
  assert.equal(call.message.doc.text, bytes.toString());
});

test('once it waits no more it listens to nothing, however its waiting ended', async () => {
  const listenersOf = ({ gone, cut }: Authorized): number =>
    getEventListeners(gone, 'abort').length + getEventListeners(cut.signal, 'abort').length;
  for (const limits of [WAITS.limits, { ...WAITS.limits, heldBytes: 10 }]) {
    const gateway = fakeGateway({ limits });
    const { call, asked, waiting } = await hold(gateway);
    assert.equal(listenersOf(call), limits === WAITS.limits ? 2 : 0);
    await decide(gateway, asked, 'approve');
    await waiting;
    assert.equal(listenersOf(call), 0);
  }
});
