import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import { serveApprovalStream } from '#api/stream-approvals.ts';
import { streamApprovals } from '#api/contract/approval.ts';
import { err } from '#result.ts';
import { asVerified } from '#identity/verified-caller.ts';
import type { Limits } from '#limits.ts';
import { aDecider, anApprovalRequest, TERMS } from '#test/fakes/approval.ts';
import { watchApprovals } from '#test/fakes/approval-watcher.ts';
import type { ApprovalWatcher } from '#test/fakes/approval-watcher.ts';
import { ADMIN_TOKEN, apiParts, by, LEAD_TOKEN, listenApi, STRANGER_TOKEN } from '#test/fakes/api.ts';
import { ADA, EVE, fakeGateway, idOf } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import { headerOf } from '#test/fakes/ledger.ts';
import { until } from '#test/e2e/until.ts';

const EVES = { issuer: EVE.issuer, subject: EVE.subject, kind: 'person', groups: [], client: undefined } as const;
const idAt = (n: number): string => `apr_${idOf(n)}`;

function heldAt(gateway: FakeGateway, n: number, other: Partial<ReturnType<typeof anApprovalRequest>> = {}) {
  const {
    record: _record,
    askedMs: _asked,
    expiresMs: _expires,
    ...held
  } = anApprovalRequest({
    id: idAt(n),
    fingerprint: Uint8Array.from(Buffer.alloc(32, `delete ${n}`)),
    requester: EVES,
    ...other,
  });
  return gateway.approvals.ask({ ...held, record: async () => ({ ok: true, value: `a:${n}` }) });
}

async function listen(t: TestContext, limits: Partial<Limits> = {}) {
  const { origin, gateway, admission } = await listenApi(t, ROUTES, { limits });
  const watch = async (token: string, after?: number): Promise<ApprovalWatcher> => {
    const last = after === undefined ? {} : { 'last-event-id': String(after) };
    const watcher = await watchApprovals(origin, { ...by(token), ...last });
    t.after(() => watcher.leave());
    return watcher;
  };
  const ask = (n: number, other: Parameters<typeof heldAt>[2] = {}) => heldAt(gateway, n, other);
  const decide = (n: number) =>
    gateway.approvals.vote(
      idAt(n),
      { ...aDecider('grace'), issuer: EVE.issuer },
      { effect: 'deny', scope: 'once', reason: '' },
    );
  return { gateway, admission, watch, ask, decide };
}
const states = ({ told }: ApprovalWatcher) => told.map(({ approval: { id, state } }) => [id, state]);

test('whoever watches hears of what waits, then of every request and of every decision as it is made', async (t) => {
  const { watch, ask, decide } = await listen(t);
  await ask(1);
  const lead = await watch(LEAD_TOKEN);
  const [waiting] = await lead.has(1);
  assert.deepEqual([waiting?.approval.id, waiting?.approval.mayDecide], [idAt(1), true]);
  await ask(2);
  await lead.has(2);
  await decide(1);
  const all = await lead.has(3);
  assert.deepEqual(states(lead), [
    [idAt(1), 'pending'],
    [idAt(2), 'pending'],
    [idAt(1), 'denied'],
  ]);
  const ids = all.map(({ id }) => id);
  assert.deepEqual(
    ids,
    ids.toSorted((one, other) => one - other),
  );
  assert.equal(JSON.stringify(all).includes('arguments'), false);
});

test('people hear of what they may decide or ask for themselves, and of nothing else', async (t) => {
  const { watch, ask } = await listen(t);
  const [lead, eve, admin] = [await watch(LEAD_TOKEN), await watch(STRANGER_TOKEN), await watch(ADMIN_TOKEN)];
  await ask(1, { requester: { ...EVES, subject: 'mallory' }, terms: { ...TERMS, approvers: ['okta:others'] } });
  await ask(2);
  await ask(3, { requester: { ...EVES, subject: 'mallory' } });
  await admin.has(3);
  await lead.has(2);
  await eve.has(1);
  assert.deepEqual(
    states(lead).map(([id]) => id),
    [idAt(2), idAt(3)],
  );
  assert.deepEqual(
    states(eve).map(([id]) => id),
    [idAt(2)],
  );
});

test('a stream that was lost goes on behind the last event that was read, each request as it is now', async (t) => {
  const { watch, ask, decide } = await listen(t, { approvalsTold: 1 });
  await ask(1);
  const before = await watch(LEAD_TOKEN);
  const [first] = await before.has(1);
  before.leave();
  await ask(2);
  await ask(3);
  await decide(2);
  const again = await watch(LEAD_TOKEN, first?.id);
  await again.has(2);
  assert.deepEqual(states(again), [
    [idAt(3), 'pending'],
    [idAt(2), 'denied'],
  ]);
  const upToDate = await watch(LEAD_TOKEN, again.told.at(-1)?.id);
  await ask(4);
  await upToDate.has(1);
  assert.deepEqual(states(upToDate), [[idAt(4), 'pending']]);
});

test('an id that was never given begins anew, as after a state that was restored, and what is no id is refused', async (t) => {
  const { watch, ask } = await listen(t);
  await ask(1);
  const restored = await watch(LEAD_TOKEN, 4_711);
  await restored.has(1);
  assert.equal((await watch(LEAD_TOKEN, -1)).status, 400);
});

test('a comment says now and then that nothing happened', async (t) => {
  const { watch } = await listen(t, { streamQuietMs: 20 });
  const lead = await watch(LEAD_TOKEN);
  await until(() => lead.received().includes(':\n\n:\n\n'));
  assert.match(lead.received(), /^retry: 2000\n\n/);
});

test('whoever lost access, or a group, is cut off, and hears nothing that comes in between', async (t) => {
  const { gateway, admission, watch, ask } = await listen(t);
  const lead = await watch(LEAD_TOKEN);
  await ask(1);
  await lead.has(1);
  // As it says of a sign-in whose groups are others now.
  gateway.identity.rechecking = () => err('revoked');
  await ask(2);
  await until(() => lead.isOver());
  assert.equal(lead.told.length, 1);
  const other = await watch(LEAD_TOKEN);
  assert.equal(other.status, 401);
  gateway.identity.rechecking = (verified) => ({ ok: true, value: verified });
  const quiet = await watch(LEAD_TOKEN);
  gateway.identity.rechecking = () => err('revoked');
  // Asked every `callerCheckMs`, and at once when somebody is revoked.
  admission.endOver();
  assert.equal(await quiet.over, 'cut');
});

test('those who watch are bounded, have places of their own beside requests, and give them back', async (t) => {
  const { gateway, admission, watch, ask } = await listen(t, {
    approvalWatchers: 3,
    approvalWatchersPerCaller: 2,
    apiRequestsInFlight: 1,
    apiRequestsPerCaller: 1,
  });
  const [one, two] = [await watch(LEAD_TOKEN), await watch(LEAD_TOKEN)];
  const full = await watch(LEAD_TOKEN);
  assert.deepEqual([full.status, full.retryAfter], [429, '5']);
  const denied = gateway.ledger.entries.at(-1);
  assert.equal(headerOf(denied).reason, 'approval_watchers_per_caller');
  const admin = await watch(ADMIN_TOKEN);
  assert.equal((await watch(STRANGER_TOKEN)).status, 429);
  await ask(1);
  await Promise.all([one, two, admin].map((watcher) => watcher.has(1)));
  one.leave();
  await until(async () => (await watch(LEAD_TOKEN)).status === 200);
  admission.cutLasting();
  assert.equal(await two.over, 'ended');
  await until(() => admission.inFlight() === 0);
});

test('nothing is kept for whoever does not read: it is read again, a page at a time, when there is room', async () => {
  const gateway = fakeGateway({ limits: { approvalsTold: 2 } });
  const parts = apiParts(gateway);
  const pages: number[] = [];
  const approvals = {
    ...gateway.approvals,
    changedAfter: (revision: number) => {
      const page = gateway.approvals.changedAfter(revision);
      pages.push(page.length);
      return page;
    },
  };
  const leaving = new AbortController();
  const nowMs = gateway.clock();
  const caller = { ...ADA, subject: 'lena', groups: ['okta:leads'] };
  const verified = asVerified({ caller, expiresAtMs: nowMs + 60_000, issuedAtMs: nowMs, tokenDigest: 'd' });
  const call = {
    id: idOf(1),
    source: '127.0.0.1',
    method: 'GET',
    path: streamApprovals.path,
    signal: leaving.signal,
    verified,
    token: LEAD_TOKEN,
    operation: streamApprovals,
    roles: new Set<never>(),
  };
  parts.apiAdmission.enter(call.id, new AbortController());
  parts.apiAdmission.enterCaller(call.id, 'lena', { isOver: () => false, end: () => undefined });
  const answer = serveApprovalStream(call, { headers: { 'last-event-id': 0 } }, { ...parts, approvals });
  assert.ok(answer.ok && 'stream' in answer.value);
  const { stream } = answer.value;
  assert.match(String((await stream.next()).value), /^retry: /);
  for (let n = 1; n <= 5; n += 1) await heldAt(gateway, n);
  assert.deepEqual(pages, []);
  for (let n = 1; n <= 3; n += 1) await stream.next();
  assert.deepEqual(pages, [2, 2, 1]);
  leaving.abort();
  assert.equal((await stream.next()).done, true);
});

test('a state that cannot be read begins no stream', async (t) => {
  const { gateway, watch } = await listen(t);
  gateway.approvalStore.fail();
  assert.equal((await watch(LEAD_TOKEN)).status, 503);
});
