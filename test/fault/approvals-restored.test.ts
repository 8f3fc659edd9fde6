/**
 * What is kept of approvals is lost, or put back as it was earlier, at each of their states: a yes that was used, or an end
 * that was recorded, is never used by it again, because the book knows of it.
 */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startTestGateway, toolCall } from '../e2e/harness.ts';
import type { Reply, TestGateway } from '../e2e/harness.ts';
import { verifyShard } from '#ledger/verify/verify-shard.ts';
import { until } from '../e2e/until.ts';

const CALL = JSON.stringify(toolCall('delete_note', { id: 7 }));

type ToolError = { readonly code: string; readonly approval?: { readonly id: string } };
const errorOf = ({ json }: Reply): ToolError | undefined =>
  (json['result'] as { _meta?: Record<string, ToolError> } | undefined)?._meta?.['gatebook/error'];
const codeOf = (reply: Reply): string => errorOf(reply)?.code ?? (reply.status === 200 ? 'sent' : String(reply.status));

const stateOf = ({ dataDir }: TestGateway): string => join(dataDir, 'state.db');

async function decided(gateway: TestGateway, id: string, body: object): Promise<number> {
  const response = await fetch(`${gateway.origin}/api/v1/approvals/${id}/decision`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  return response.status;
}
const agreed = async (gateway: TestGateway, id: string, scope = 'once'): Promise<void> =>
  assert.equal(await decided(gateway, id, { decision: 'approve', scope }), 200);

async function asked(gateway: TestGateway, call = CALL): Promise<string> {
  const error = errorOf(await gateway.post('notes', call));
  assert.equal(error?.code, 'approval_required');
  return error.approval?.id ?? '';
}
const sent = ({ server }: TestGateway): number => server.seen.filter(({ body }) => body.includes('delete_note')).length;

/** A copy of the state as a backup makes it. */
function backedUp(gateway: TestGateway, name: string): string {
  const path = `${stateOf(gateway)}.${name}`;
  const database = new DatabaseSync(stateOf(gateway));
  database.exec(`VACUUM INTO '${path}'`);
  database.close();
  return path;
}

/** The copy in the place of the state, while nobody has it open. */
async function restoredFrom(gateway: TestGateway, copy: string | undefined): Promise<TestGateway> {
  await gateway.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(`${stateOf(gateway)}${end}`, { force: true });
  if (copy !== undefined) copyFileSync(copy, stateOf(gateway));
  return gateway.restart();
}

/** With the keys, which is when what the book says of approvals is looked at. */
async function verifies({ dataDir }: TestGateway): Promise<void> {
  const dir = join(dataDir, 'ledger', 'a');
  const vkey = readFileSync(join(dir, 'log.vkey'), 'utf8');
  const { fault, blobs, notes } = await verifyShard({ dir, vkey, keysDir: join(dataDir, 'keys') });
  assert.deepEqual([fault, blobs, notes], [null, 'opened', []]);
}

/** After a loss every token of before is revoked: with one of later, what comes of the call. */
async function afterLoss(gateway: TestGateway): Promise<{ readonly code: string; readonly id: string }> {
  const startedMs = Date.now();
  await until(() => Math.floor(Date.now() / 1_000) * 1_000 > startedMs);
  const token = await gateway.token();
  const reply = await gateway.post('notes', CALL, { authorization: `Bearer ${token}` });
  return { code: codeOf(reply), id: errorOf(reply)?.approval?.id ?? '' };
}

const FOR_A_WHILE = `levels: { use: { allow: ["tools/call:*"], deny: ["tools/call:drop_*"] } }
grants: [{ clients: ["idp:robot"], connections: [notes], level: use }]
rules:
  - { name: hold-deletes, when: 'name.startsWith("delete_")', then: hold, scopes: [once, call, tool] }
`;

test('yesterday’s state permits nothing again that was used since, whatever it was then', async (t: TestContext) => {
  let gateway = await startTestGateway(t);
  const id = await asked(gateway);
  const pending = backedUp(gateway, 'pending');
  await agreed(gateway, id);
  const approved = backedUp(gateway, 'approved');
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'sent');
  const used = backedUp(gateway, 'used');
  assert.equal(sent(gateway), 1);

  for (const copy of [approved, pending, used]) {
    gateway = await restoredFrom(gateway, copy);
    assert.equal(codeOf(await gateway.post('notes', CALL)), 'approval_required', copy);
    assert.equal(sent(gateway), 1, copy);
    assert.equal(await decided(gateway, id, { decision: 'approve' }), 409, copy);
    assert.equal(codeOf(await gateway.post('notes', CALL)), 'approval_required', copy);
    assert.equal(sent(gateway), 1, copy);
  }
  assert.match(gateway.log() + (await gateway.records()).map(({ leaf }) => leaf.st).join(' '), /approval_void/);
  await verifies(gateway);
});

test('a state older than its book grants nothing that was open in it, and what comes later is decided as ever', async (t) => {
  let gateway = await startTestGateway(t);
  const other = JSON.stringify(toolCall('delete_note', { id: 8 }));
  await agreed(gateway, await asked(gateway, other));
  await agreed(gateway, await asked(gateway));
  const copy = backedUp(gateway, 'both');
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'sent');
  gateway = await restoredFrom(gateway, copy);
  assert.match(gateway.log(), /the state of approvals is older than the book/);
  assert.equal(codeOf(await gateway.post('notes', other)), 'approval_required', 'nobody knows what became of it');
  await agreed(gateway, await asked(gateway, other));
  assert.equal(codeOf(await gateway.post('notes', other)), 'sent');
  assert.equal(sent(gateway), 2);
  await verifies(gateway);
});

test('an end that the book tells of is one, also where the state has the approval open', async (t) => {
  let gateway = await startTestGateway(t, { policy: FOR_A_WHILE });
  await agreed(gateway, await asked(gateway), 'tool');
  const copy = backedUp(gateway, 'for a while');
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'sent');
  gateway = await gateway.restart();
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'sent', 'one for a while goes on');
  const changed = await gateway.reload((text) => text.replace('drop_*', 'drop_it*'));
  assert.ok(changed.ok);
  await gateway.recordWhere(({ leaf }) => leaf.st === 'approval_void');
  assert.ok((await gateway.reload((text) => text.replace('drop_it*', 'drop_*'))).ok);
  gateway = await restoredFrom(gateway, copy);
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'approval_required');
  assert.equal(sent(gateway), 2);
  await verifies(gateway);
});

test('a no that is in the book and was not kept is a no: nobody else says yes to that request', async (t) => {
  let gateway = await startTestGateway(t);
  const id = await asked(gateway);
  const copy = backedUp(gateway, 'pending');
  assert.equal(await decided(gateway, id, { decision: 'deny', reason: 'no' }), 200);
  gateway = await restoredFrom(gateway, copy);
  assert.equal(await decided(gateway, id, { decision: 'approve' }), 409);
  assert.notEqual(await asked(gateway), id);
  await verifies(gateway);
});

test('where the state has been lost nothing is granted, in whatever state it was', async (t) => {
  for (const state of ['pending', 'approved', 'used'] as const) {
    let gateway = await startTestGateway(t, { limits: { tokenClockSkewMs: 0 } });
    const id = await asked(gateway);
    if (state !== 'pending') await agreed(gateway, id);
    if (state === 'used') assert.equal(codeOf(await gateway.post('notes', CALL)), 'sent');
    gateway = await restoredFrom(gateway, undefined);
    const after = await afterLoss(gateway);
    assert.equal(after.code, 'approval_required', state);
    assert.notEqual(after.id, id, state);
    assert.equal(sent(gateway), state === 'used' ? 1 : 0, state);
    await verifies(gateway);
  }
});

test('an older state put in its place while it runs permits nothing', async (t) => {
  const gateway = await startTestGateway(t);
  await agreed(gateway, await asked(gateway));
  const copy = backedUp(gateway, 'approved');
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'sent');
  for (const end of ['', '-wal', '-shm']) rmSync(`${stateOf(gateway)}${end}`, { force: true });
  copyFileSync(copy, stateOf(gateway));
  assert.notEqual(codeOf(await gateway.post('notes', CALL)), 'sent');
  assert.equal(sent(gateway), 1);
  const again = await gateway.restart();
  assert.notEqual(codeOf(await again.post('notes', CALL)), 'sent');
  assert.equal(sent(again), 1);
  await verifies(again);
});
