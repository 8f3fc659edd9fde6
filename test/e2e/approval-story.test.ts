/** `events show` of a call that people agreed to: request, who was asked, decision, reason, forwarding and result in one place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '#cli/events-show.ts';
import { runCommand } from '../fakes/cli.ts';
import { startTestGateway, toolCall } from './harness.ts';

const CALL = JSON.stringify(toolCall('delete_note', { id: 7, owner: 'ada@example.com' }));

test('the story of an approval is the same here and at the gateway, by its id and by that of the call', async (t) => {
  const gateway = await startTestGateway(t);
  await gateway.post('notes', CALL);
  const { header } = await gateway.recordWhere(({ leaf }) => leaf.st === 'approval_requested');
  const id = header?.decision?.approval ?? '';
  const lead = await gateway.apiToken(['approvers'], { uid: 'lena', sub: 'lena' });
  const decided = await fetch(`${gateway.origin}/api/v1/approvals/${id}/decision`, {
    method: 'POST',
    headers: { authorization: `Bearer ${lead}`, 'content-type': 'application/json' },
    body: JSON.stringify({ decision: 'approve', reason: 'ticket 17' }),
  });
  assert.equal(decided.status, 200);
  await gateway.post('notes', CALL);
  const { leaf: result } = await gateway.recordWhere(({ leaf }) => leaf.kind === 'result');

  const env = { GATEBOOK_TOKEN: await gateway.apiToken(['auditors']) };
  const run = (...args: readonly string[]) => runCommand(register, ['events', 'show', ...args], { cwd: '/', env });
  for (const args of [[id], [id, '--json'], [`a:${result.n}`], [`a:${result.ref}`, '--json']] as const) {
    const here = await run(...args, '--data', gateway.dataDir);
    const there = await run(...args, '--url', gateway.origin);
    assert.equal(there.code, 0, there.stderr);
    assert.deepEqual(there, here);
  }
  const { stdout } = await run(id, '--url', gateway.origin);
  assert.ok(stdout.startsWith(`story of ${id}: tools/call delete_note on notes, held by hold-deletes\n`));
  const words = [...stdout.matchAll(/^ {2}\S+ +(asked|refused|voted|sent) +a:\d+ +(\w+)/gm)].map(([, what, who]) => [
    what,
    who,
  ]);
  assert.deepEqual(words, [
    ['asked', 'robot'],
    ['refused', 'robot'],
    ['voted', 'lena'],
    ['sent', 'robot'],
  ]);
  assert.match(stdout, /approvers idp:approvers/);
  assert.match(stdout, /"ticket 17"/);
  assert.match(stdout, new RegExp(`ok after \\d+ ms; result a:${result.n}`));
  assert.equal(stdout.includes('ada@example.com'), false);

  const payloads = await run(id, '--json', '--payloads', '--url', gateway.origin);
  assert.match(payloads.stdout, /"owner":"\[EMAIL_ADDRESS:k1:/);
  const read = await gateway.recordWhere(({ leaf }) => leaf.st === 'payloads_read');
  assert.equal(read.header?.detail?.['approval'], id);
});
