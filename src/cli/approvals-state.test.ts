import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import { register } from '#cli/approvals-state.ts';
import { anApprovalRequest, TERMS } from '#test/fakes/approval.ts';
import { LEAD_TOKEN, listenApi, STRANGER_TOKEN } from '#test/fakes/api.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { EVE, idOf } from '#test/fakes/gateway.ts';

const ID = `apr_${idOf(7)}`;

test('whoever asks says why, and the command tells when it is not taken', async (t) => {
  const { origin, gateway } = await listenApi(t, ROUTES);
  const { issuer, subject } = EVE;
  const terms = { ...TERMS, asks: { reason: true, ticket: 'OPS-[0-9]+' } };
  const askedMs = gateway.clock();
  await gateway.approvalStore.create(
    anApprovalRequest({
      id: ID,
      askedMs,
      expiresMs: askedMs + terms.waitMs,
      terms,
      requester: { issuer, subject, kind: 'person', groups: [], client: undefined },
    }),
  );
  const run = (args: readonly string[], token = STRANGER_TOKEN) =>
    runCommand(register, ['approvals', 'state', ID, ...args, '--url', origin], {
      cwd: '/',
      env: { GATEBOOK_TOKEN: token },
    });
  const said = ['--reason', 'the customer asked', '--ticket', 'OPS-17'];
  const wrong = await run(['--reason', 'the customer asked', '--ticket', '17']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /does not match the pattern/);
  assert.equal((await run(said, LEAD_TOKEN)).code, 1);
  const { code, stdout } = await run(said);
  assert.deepEqual([code, stdout], [0, `${ID}: said; it waits for 1 of okta:leads\n`]);
  assert.equal(gateway.approvalStore.find(ID)?.statement?.ticket, 'OPS-17');
  const again = await run(said);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /409: Why this is asked was said already/);
});
