/** Watching approvals on a whole gateway: a restart, a revocation, a group that is lost, a reload. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { watchApprovals } from '../fakes/approval-watcher.ts';
import type { ApprovalWatcher } from '../fakes/approval-watcher.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { TestGateway } from './harness.ts';

const LENA = { uid: 'lena', sub: 'lena' };
const ask = (gateway: TestGateway, id: number) =>
  gateway.post('notes', JSON.stringify(toolCall('delete_note', { id, owner: 'ada@example.com' })));

async function watch(t: TestContext, gateway: TestGateway, groups = ['approvers'], after?: number) {
  const last = after === undefined ? {} : { 'last-event-id': String(after) };
  const authorization = `Bearer ${await gateway.apiToken(groups, LENA)}`;
  const watcher = await watchApprovals(gateway.origin, { authorization, ...last });
  t.after(() => watcher.leave());
  return watcher;
}
async function send(gateway: TestGateway, path: string, body: object, groups: readonly string[], who: string) {
  const response = await fetch(`${gateway.origin}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await gateway.apiToken(groups, { uid: who, sub: who })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, await response.text());
}
const decide = (gateway: TestGateway, watcher: ApprovalWatcher, at: number) =>
  send(
    gateway,
    `/api/v1/approvals/${watcher.told[at]?.approval.id}/decision`,
    { decision: 'approve' },
    ['approvers'],
    'lena',
  );

test('a watcher follows a request from the question to its use, and goes on after a restart', async (t) => {
  // Longer than any test: a stop that waited for those who watch would not end.
  const gateway = await startTestGateway(t, { limits: { drainMs: 600_000 } });
  const before = await watch(t, gateway);
  await ask(gateway, 7);
  await before.has(1);
  await gateway.stop();
  assert.equal(await before.over, 'ended');
  const again = await gateway.restart();
  await ask(again, 8);
  const after = await watch(t, again, ['approvers'], before.told[0]?.id);
  await after.has(1);
  await decide(again, after, 0);
  await ask(again, 8);
  await after.has(3);
  assert.deepEqual(
    after.told.map(({ approval: { state, granted } }) => [state, granted]),
    [
      ['pending', null],
      ['approved', 'once'],
      ['used', 'once'],
    ],
  );
  assert.equal(new Set(after.told.map(({ approval }) => approval.id)).size, 1);
  assert.equal(after.received().includes('ada@example.com'), false);
});

test('a watcher who is revoked is cut off, and whoever has no right to it hears nothing', async (t) => {
  const gateway = await startTestGateway(t);
  const [lead, stranger] = [await watch(t, gateway), await watch(t, gateway, ['readers'])];
  await ask(gateway, 7);
  await lead.has(1);
  const subject = { scope: 'caller', issuer: gateway.issuer.url, subject: 'lena', reason: 'left' };
  await send(gateway, '/api/v1/revocations', subject, ['admins'], 'olga');
  assert.equal(await lead.over, 'cut');
  assert.equal(await stranger.over, 'cut');
  assert.equal(stranger.told.length, 0);
});

test('a reload ends the streams, so that whoever lost a role by it does not go on by the old one', async (t) => {
  const gateway = await startTestGateway(t);
  const admin = await watch(t, gateway, ['admins']);
  await ask(gateway, 7);
  await admin.has(1);
  assert.ok((await gateway.reload((text) => text.replace('admin: ["idp:admins"]', 'admin: ["idp:olgas"]'))).ok);
  assert.equal(await admin.over, 'ended');
  const again = await watch(t, gateway, ['admins']);
  const lead = await watch(t, gateway);
  await ask(gateway, 8);
  await lead.has(2);
  assert.equal(again.told.length, 0);
});
