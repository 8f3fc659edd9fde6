/** More is asked of approvers than they can look at, on a whole gateway: alarmed once, and every request still its own. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { register } from '#cli/ledger-verify.ts';
import { watchApprovals } from '../fakes/approval-watcher.ts';
import { runCommand } from '../fakes/cli.ts';
import { startTestGateway, toolCall } from './harness.ts';
import type { TestGateway } from './harness.ts';

const ask = (gateway: TestGateway, id: number) =>
  gateway.post('notes', JSON.stringify(toolCall('delete_note', { id })));

test('a flood is in the book, the log and the metrics once, and each of its requests is decided by itself', async (t) => {
  const gateway = await startTestGateway(t, { limits: { approvalFloodPerCaller: 3 } });
  const authorization = `Bearer ${await gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' })}`;
  const lead = await watchApprovals(gateway.origin, { authorization });
  t.after(() => lead.leave());
  await Promise.all(Array.from({ length: 8 }, (_, id) => ask(gateway, id)));
  // The very same again is no further request.
  await Promise.all(Array.from({ length: 8 }, (_, id) => ask(gateway, id)));
  await lead.has(8);
  const asked = new Set(lead.told.map(({ approval }) => approval.id));
  assert.equal(asked.size, 8);
  assert.equal(lead.told.filter(({ approval: { flood } }) => flood === 'caller').length, 5);

  const records = (await gateway.records()).filter(({ leaf }) => leaf.st === 'approval_flood');
  assert.equal(records.length, 1);
  const [{ header } = { header: undefined }] = records;
  assert.deepEqual([header?.detail?.['of'], header?.detail?.['requesterSubject']], ['caller', 'robot']);
  assert.equal(gateway.log().split('more is asked of those who approve').length, 2);
  assert.equal(gateway.log().includes('robot'), false);
  const metrics = await gateway.composed.metrics.text();
  assert.match(metrics, /^gatebook_approval_floods_total\{of="caller"\} 1$/m);
  assert.match(metrics, /^gatebook_approvals_pending 8$/m);
  assert.match(metrics, /^gatebook_approval_notices_waiting 0$/m);
  assert.match(metrics, /^gatebook_approval_notices_total\{kind="slack",outcome="told"\} 0$/m);
  assert.match(metrics, /^gatebook_approvals_total\{state="pending"\} 8$/m);

  const first = header?.decision?.approval ?? '';
  const decided = await fetch(`${gateway.origin}/api/v1/approvals/${first}/decision`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ decision: 'approve' }),
  });
  assert.equal(decided.status, 200);
  const list = await gateway.api('/api/v1/approvals', authorization.slice('Bearer '.length));
  assert.equal(Object.keys(list.json).length, 7, list.text);

  await gateway.stop();
  const shard = join(gateway.dataDir, 'ledger', 'a');
  const files = ['--vkey', join(shard, 'log.vkey'), '--keys', join(gateway.dataDir, 'keys')];
  const verified = await runCommand(register, ['ledger', 'verify', shard, ...files], { cwd: '/' });
  assert.equal(verified.code, 0, `${verified.stdout}${verified.stderr}`);
});
