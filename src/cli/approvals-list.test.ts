import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import { register } from '#cli/approvals-list.ts';
import { anApprovalRequest, TERMS } from '#test/fakes/approval.ts';
import { LEAD_TOKEN, listenApi, STRANGER_TOKEN } from '#test/fakes/api.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { idOf } from '#test/fakes/gateway.ts';

const ID = `apr_${idOf(7)}`;

async function listing(t: TestContext) {
  const { origin, gateway } = await listenApi(t, ROUTES);
  const askedMs = gateway.clock();
  await gateway.approvalStore.create(anApprovalRequest({ id: ID, askedMs, expiresMs: askedMs + TERMS.waitMs }));
  return (args: readonly string[], token = LEAD_TOKEN) =>
    runCommand(register, ['approvals', ...args, '--url', origin], { cwd: '/', env: { GATEBOOK_TOKEN: token } });
}

test('what waits is listed with what is yours to decide, and nothing is nothing', async (t) => {
  const run = await listing(t);
  const listed = await run(['list']);
  assert.equal(listed.code, 0);
  assert.match(listed.stdout, new RegExp(`^ID .*\\n${ID} +pending .* ada +customers +delete_customer .*to decide\\n$`));
  assert.deepEqual(await run(['list'], STRANGER_TOKEN), { code: 0, stdout: '', stderr: 'no requests\n' });
  const [line = ''] = (await run(['list', '--state', 'all', '--json'])).stdout.split('\n');
  assert.equal((JSON.parse(line) as { id: string }).id, ID);
});

test('what is not there, or not yours to see, is refused', async (t) => {
  const run = await listing(t);
  assert.equal((await run(['show', ID], STRANGER_TOKEN)).code, 1);
  assert.equal((await run(['show', 'apr_x'])).code, 2);
});
