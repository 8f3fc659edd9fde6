/** The disk under the book, or under what is kept of approvals, takes nothing more at one step of an approval. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { nodeDisk } from '#ledger/node-disk.ts';
import { verifyShard } from '#ledger/verify/verify-shard.ts';
import { startTestGateway, toolCall } from '../e2e/harness.ts';
import type { Reply, TestGateway } from '../e2e/harness.ts';
import { until } from '../e2e/until.ts';
import { createGatedDisk } from '../fakes/gated-disk.ts';

const CALL = JSON.stringify(toolCall('delete_note', { id: 7 }));

const codeOf = ({ json, status }: Reply): string => {
  const { result, error } = json as {
    result?: { _meta?: Record<string, { code: string }> };
    error?: { data?: { code?: string } };
  };
  return result?._meta?.['gatebook/error']?.code ?? error?.data?.code ?? (status === 200 ? 'sent' : String(status));
};
const sent = ({ server }: TestGateway): number => server.seen.filter(({ body }) => body.includes('delete_note')).length;

async function asked(gateway: TestGateway): Promise<string> {
  const reply = await gateway.post('notes', CALL);
  assert.equal(codeOf(reply), 'approval_required');
  return /apr_[a-z2-7]{26}/.exec(reply.text)?.[0] ?? '';
}
async function decided(gateway: TestGateway, id: string, decision: 'approve' | 'deny'): Promise<number> {
  const token = await gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' });
  const response = await fetch(`${gateway.origin}/api/v1/approvals/${id}/decision`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ decision }),
  });
  return response.status;
}
/** Nothing can be written into the state until it is let go. */
function holdState({ dataDir }: TestGateway): { letGo(): void } {
  const database = new DatabaseSync(join(dataDir, 'state.db'));
  database.exec('BEGIN IMMEDIATE');
  return { letGo: () => database.close() };
}
async function verifies({ dataDir }: TestGateway): Promise<void> {
  const dir = join(dataDir, 'ledger', 'a');
  const vkey = readFileSync(join(dir, 'log.vkey'), 'utf8');
  const { fault } = await verifyShard({ dir, vkey, keysDir: join(dataDir, 'keys') });
  assert.equal(fault, null);
}

test('a book that takes no record of the call lets none go up, and the yes is used up', async (t) => {
  const disk = createGatedDisk();
  let gateway = await startTestGateway(t, { disk });
  assert.equal(await decided(gateway, await asked(gateway), 'approve'), 200);
  disk.shut();
  const waiting = disk.waiting();
  const reply = gateway.post('notes', CALL);
  await waiting;
  disk.fail();
  assert.notEqual(codeOf(await reply), 'sent');
  assert.equal(sent(gateway), 0);
  gateway = await gateway.restart({ disk: nodeDisk });
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'approval_required');
  assert.equal(sent(gateway), 0);
  await verifies(gateway);
});

test('a yes that cannot be used up lets nothing go up, and can be used once that is possible again', async (t) => {
  const gateway = await startTestGateway(t);
  assert.equal(await decided(gateway, await asked(gateway), 'approve'), 200);
  const held = holdState(gateway);
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'approvals_unavailable');
  assert.equal(sent(gateway), 0);
  held.letGo();
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'sent');
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'approval_required');
  assert.equal(sent(gateway), 1);
  await verifies(gateway);
});

test('a request that cannot be kept is refused, and nobody decides it', async (t) => {
  const gateway = await startTestGateway(t);
  // The thread that writes has to be there first.
  await asked(gateway);
  const held = holdState(gateway);
  const other = JSON.stringify(toolCall('delete_note', { id: 8 }));
  assert.equal(codeOf(await gateway.post('notes', other)), 'approvals_unavailable');
  held.letGo();
  const request = (await gateway.records()).findLast(({ leaf }) => leaf.st === 'approval_requested');
  assert.equal(await decided(gateway, request?.header?.decision?.approval ?? '', 'approve'), 404);
  assert.equal(codeOf(await gateway.post('notes', other)), 'approval_required');
  assert.equal(sent(gateway), 0);
  await verifies(gateway);
});

test('a no that is recorded and cannot be kept is said not to have counted, and nobody says yes to that request', async (t) => {
  const gateway = await startTestGateway(t);
  const id = await asked(gateway);
  const held = holdState(gateway);
  assert.equal(await decided(gateway, id, 'deny'), 503);
  held.letGo();
  const voided = async (): Promise<boolean> =>
    (await gateway.records()).some(
      ({ leaf, header }) => leaf.st === 'approval_vote_void' && header?.decision?.approval === id,
    );
  await until(voided);
  assert.equal(await decided(gateway, id, 'approve'), 409);
  assert.equal(codeOf(await gateway.post('notes', CALL)), 'approval_required');
  assert.equal(sent(gateway), 0);
  await verifies(gateway);
});
