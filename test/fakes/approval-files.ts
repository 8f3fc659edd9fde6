/** A store of approvals on a `state.db` of the test's own. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createApprovalKeys } from '#approvals/approval-keys.ts';
import type { Approval, ApprovalStore } from '#approvals/approval.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { openApprovalStore } from '#store/approval-store.ts';
import { anApprovalRequest } from '#test/fakes/approval.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

export function newStateFile(t: TestContext): string {
  const path = join(temporaryDirectory(t), 'state.db');
  closeSync(openSync(path, 'a'));
  return path;
}
export function openApprovalsOn(t: TestContext, path = newStateFile(t), limits: Partial<Limits> = {}): ApprovalStore {
  const keys = createApprovalKeys(Buffer.alloc(32, 1), randomBytes);
  const store = openApprovalStore({ path, keys, limits: { ...LIMITS, ...limits } });
  t.after(() => store.close());
  return store;
}
export async function createApproval(
  store: ApprovalStore,
  other: Parameters<typeof anApprovalRequest>[0] = {},
): Promise<Approval> {
  const created = await store.create(anApprovalRequest(other));
  assert.notEqual(created, 'full');
  return created as Approval;
}
