import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitApproval } from '#gateway/steps/await-approval.ts';
import { useApproval } from '#gateway/steps/use-approval.ts';
import type { Approved } from '#gateway/call.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { ADA, approved, authorized, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';

const LEAD = { issuer: ADA.issuer, subject: 'olga', groups: TERMS.approvers };
const message = toolCall('delete_note', { id: 7 });

/** A held call that people agreed to, made again. */
async function agreed(gateway: FakeGateway): Promise<Approved> {
  await awaitApproval(await authorized(gateway, { message }), gateway);
  const [pending] = gateway.approvals.list(['pending']);
  assert.ok(pending);
  assert.ok((await gateway.approvals.vote(pending.id, LEAD, { effect: 'approve', scope: 'once', reason: '' })).ok);
  return approved(gateway, { message });
}

test('a call that needs no approval does not wait', async () => {
  const gateway = fakeGateway();
  const result = useApproval(await approved(gateway), gateway);
  assert.ok(!(result instanceof Promise) && result.ok);
});

test('of two that come with one yes one passes', async () => {
  const gateway = fakeGateway();
  const call = await agreed(gateway);
  const results = await Promise.all([useApproval(call, gateway), useApproval(call, gateway)]);
  assert.deepEqual(
    results.map((result) => (result.ok ? 'passes' : `${result.error.code} ${result.error.reason}`)).toSorted(),
    ['approval_expired used_or_over', 'passes'],
  );
});

test('a yes that ran out on the way is none', async () => {
  const gateway = fakeGateway();
  const call = await agreed(gateway);
  gateway.advance(TERMS.validMs);
  const result = await useApproval(call, gateway);
  assert.equal(result.ok ? '' : result.error.code, 'approval_expired');
});

test('what cannot be used up, on stable storage, is not used', async () => {
  const gateway = fakeGateway();
  const call = await agreed(gateway);
  gateway.approvalStore.fail();
  const result = await useApproval(call, gateway);
  assert.equal(result.ok ? '' : result.error.code, 'approvals_unavailable');
});
