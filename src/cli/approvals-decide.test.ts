import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import { register } from '#cli/approvals-decide.ts';
import { anApprovalRequest, TERMS } from '#test/fakes/approval.ts';
import { LEAD_TOKEN, listenApi, STRANGER_TOKEN } from '#test/fakes/api.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { idOf } from '#test/fakes/gateway.ts';

const ID = `apr_${idOf(7)}`;

async function deciding(t: TestContext, terms = TERMS) {
  const { origin, gateway } = await listenApi(t, ROUTES);
  const askedMs = gateway.clock();
  const request = anApprovalRequest({ id: ID, askedMs, expiresMs: askedMs + terms.waitMs, terms });
  await gateway.approvalStore.create(request);
  const run = (args: readonly string[], token = LEAD_TOKEN) =>
    runCommand(register, ['approvals', ...args, '--url', origin], { cwd: '/', env: { GATEBOOK_TOKEN: token } });
  return { run, now: () => gateway.approvalStore.find(ID) };
}

test('a yes is in force when the command ends, for what was said, with the reason', async (t) => {
  const { run, now } = await deciding(t);
  const { code, stdout } = await run(['approve', ID, '--for', 'call', '--reason', 'ticket 17']);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^${ID}: approved \\(call\\), usable until 20\\d\\d-.*Z\\n$`));
  assert.deepEqual([now()?.state, now()?.scope, now()?.votes[0]?.reason], ['approved', 'call', 'ticket 17']);
});

test('where two are needed the first is told how many agreed', async (t) => {
  const { run } = await deciding(t, { ...TERMS, needed: 2 });
  assert.equal((await run(['approve', ID])).stdout, `${ID}: 1 of 2 agreed\n`);
});

test('a no refuses, and a refused decision is no success', async (t) => {
  const { run, now } = await deciding(t);
  assert.equal((await run(['approve', ID], STRANGER_TOKEN)).code, 1);
  assert.equal((await run(['deny', ID])).stdout, `${ID}: denied\n`);
  assert.equal(now()?.state, 'denied');
  const late = await run(['approve', ID]);
  assert.equal(late.code, 1);
  assert.match(late.stderr, /409: This approval cannot be decided any more/);
});
