/** Calls that wait for people, on a whole gateway: asked, decided, used once, and all of it in the book. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startTestGateway, toolCall } from './harness.ts';
import type { Reply, TestGateway } from './harness.ts';
import { until } from './until.ts';

const CALL = JSON.stringify(toolCall('delete_note', { id: 7, owner: 'ada@example.com' }));
const OTHER = JSON.stringify(toolCall('delete_note', { id: 8, owner: 'ada@example.com' }));

type ToolError = { readonly code: string; readonly approval?: { readonly id: string; readonly url?: string } };
const errorOf = ({ json }: Reply): ToolError | undefined =>
  (json['result'] as { _meta?: Record<string, ToolError> } | undefined)?._meta?.['gatebook/error'];

async function asked(gateway: TestGateway, call = CALL): Promise<string> {
  const error = errorOf(await gateway.post('notes', call));
  assert.equal(error?.code, 'approval_required');
  assert.ok(error.approval);
  return error.approval.id;
}
const lead = (gateway: TestGateway): Promise<string> => gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' });

async function decide(gateway: TestGateway, id: string, body: object): Promise<Reply> {
  const response = await fetch(`${gateway.origin}/api/v1/approvals/${id}/decision`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await lead(gateway)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) as Reply['json'] };
}
async function agree(gateway: TestGateway, id: string, scope = 'once'): Promise<void> {
  const { status, text } = await decide(gateway, id, { decision: 'approve', scope, reason: 'ticket 17' });
  assert.equal(status, 200, text);
}
const deleted = (gateway: TestGateway): number =>
  gateway.server.seen.filter(({ body }) => body.includes('delete_note')).length;

test('a held call goes up once after a person agreed, and the book has the whole story under one id', async (t: TestContext) => {
  const gateway = await startTestGateway(t);
  const id = await asked(gateway);
  assert.equal(deleted(gateway), 0);
  const shown = await gateway.api(`/api/v1/approvals/${id}?payloads=true`, await lead(gateway));
  assert.equal(shown.status, 200, shown.text);
  assert.equal(shown.json['state'], 'pending');
  assert.match(JSON.stringify(shown.json['arguments']), /^\{"id":7,"owner":"\[EMAIL_ADDRESS:k1:/);

  await agree(gateway, id);
  assert.equal((await asked(gateway, OTHER)) === id, false);
  assert.equal(errorOf(await gateway.post('notes', CALL)), undefined);
  assert.equal(deleted(gateway), 1);
  assert.equal(errorOf(await gateway.post('notes', CALL))?.code, 'approval_required');
  assert.equal(deleted(gateway), 1);

  const story = (await gateway.records())
    .filter(({ header }) => header?.decision?.approval === id)
    .map(({ leaf, header }) => `${leaf.kind} ${leaf.st} ${header?.caller?.subject}`);
  assert.deepEqual(story, [
    'control approval_requested robot',
    'denied approval_required robot',
    'control approval_read lena',
    'control approval_vote lena',
    'intent open robot',
  ]);
  const last = (await gateway.records()).at(-1)?.leaf.n ?? 0;
  const filter = encodeURIComponent(`decision.approval eq "${id}"`);
  const found = await gateway.api(`/api/v1/events?filter=${filter}&wait=a:${last}`);
  assert.equal(Object.keys(found.json).length, 5, found.text);
});

test('a yes survives a restart, is for its caller alone, and runs out with the policy', async (t) => {
  const gateway = await startTestGateway(t);
  const id = await asked(gateway);
  await agree(gateway, id);
  const again = await gateway.restart();
  const other = await again.token({ sub: 'robot2', cid: 'robot2' });
  assert.notEqual((await again.post('notes', CALL, { authorization: `Bearer ${other}` })).status, 200);
  assert.equal(errorOf(await again.post('notes', CALL)), undefined);
  assert.equal(deleted(again), 1);

  const next = await asked(again);
  await agree(again, next);
  const reloaded = await again.reload((text) => text.replace('drop_*', 'drop_it*'));
  assert.ok(reloaded.ok);
  assert.notEqual(await asked(again), next);
  assert.equal(deleted(again), 1);
});

test('of many that come with one yes at the same time one goes up', async (t) => {
  const gateway = await startTestGateway(t);
  await agree(gateway, await asked(gateway));
  const replies = await Promise.all(Array.from({ length: 12 }, () => gateway.post('notes', CALL)));
  assert.equal(deleted(gateway), 1);
  assert.equal(replies.filter((reply) => errorOf(reply) === undefined).length, 1);
});

test('a no is told with its words, and whoever asked lost access is asked for no more', async (t) => {
  const gateway = await startTestGateway(t);
  const id = await asked(gateway);
  assert.equal((await decide(gateway, id, { decision: 'deny', reason: 'not on a Friday' })).status, 200);
  const refused = await gateway.post('notes', CALL);
  assert.equal(errorOf(refused)?.code, 'approval_denied');
  assert.match(refused.text, /not on a Friday/);
  const mine = await asked(gateway, OTHER);
  const revoked = await fetch(`${gateway.origin}/api/v1/revocations`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await gateway.apiToken(['admins'], { uid: 'olga', sub: 'olga' })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ scope: 'client', client: 'idp:robot', reason: 'stolen' }),
  });
  assert.equal(revoked.status, 201);
  const record = await gateway.recordWhere(
    ({ leaf, header }) => leaf.st === 'approval_void' && header?.decision?.approval === mine,
  );
  assert.equal(record.header?.caller?.kind, 'gateway');
  assert.equal((await decide(gateway, mine, { decision: 'approve' })).status, 409);
});

test('whoever decides is shown what goes to the server beside the arguments, which it may act on', async (t) => {
  const gateway = await startTestGateway(t);
  const call = toolCall('delete_note', { id: 7 });
  const _meta = { 'x/dry-run': false, progressToken: 'p1' };
  const id = await asked(gateway, JSON.stringify({ ...call, params: { ...call.params, _meta, force: 'yes' } }));
  const shown = await gateway.api(`/api/v1/approvals/${id}?payloads=true`, await lead(gateway));
  assert.deepEqual(shown.json['arguments'], { id: 7 });
  assert.deepEqual(shown.json['beside'], { _meta: { 'x/dry-run': false }, force: 'yes' });
});

test('a call waits for its answer while people decide, and a client that names a progress token hears so', async (t) => {
  const gateway = await startTestGateway(t, { limits: { approvalHoldMs: 60_000, approvalProgressMs: 500 } });
  const call = { ...toolCall('delete_note', { id: 7 }), id: 41 };
  const params = { ...call.params, _meta: { progressToken: 'p1' } };
  const open = await gateway.open('notes', JSON.stringify({ ...call, params }));
  const request = await gateway.recordWhere(({ leaf }) => leaf.st === 'approval_requested');
  const id = request.header?.decision?.approval ?? '';
  await until(() => open.received().includes('notifications/progress'));
  await agree(gateway, id);
  const answer = await open.ended();
  assert.match(answer, /"progressToken":"p1","progress":-99999\d/);
  assert.match(answer, /"id":41,"result"/);
  assert.equal(deleted(gateway), 1);
});

test('a call that its client cancels while it waits does not go up when people agree; made again it does', async (t) => {
  const gateway = await startTestGateway(t, { limits: { approvalHoldMs: 60_000 } });
  const open = await gateway.open('notes', JSON.stringify({ ...toolCall('delete_note', { id: 7 }), id: 41 }));
  const request = await gateway.recordWhere(({ leaf }) => leaf.st === 'approval_requested');
  const id = request.header?.decision?.approval ?? '';
  // Who is listed waits, or is about to.
  for (let found = false; !found;)
    found = (await gateway.api('/api/v1/approvals', await lead(gateway))).text.includes(id);
  const cancelling = (requestId: number): string =>
    JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
  await gateway.post('notes', cancelling(42));
  await gateway.post('notes', cancelling(41));
  await agree(gateway, id);
  assert.match(await open.ended(), /approval_required/);
  assert.equal(deleted(gateway), 0);
  await gateway.post('notes', JSON.stringify(toolCall('delete_note', { id: 7 })));
  assert.equal(deleted(gateway), 1);
});
