/** Approvals on a real store in a file, with a book that writes down what it is told. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createApprovalKeys } from '#approvals/approval-keys.ts';
import type { ApprovalParts } from '#approvals/approval-parts.ts';
import { createApprovals } from '#approvals/approvals.ts';
import type { Approvals } from '#approvals/approvals.ts';
import type { Held } from '#approvals/asking.ts';
import type { Approval } from '#approvals/approval.ts';
import type { Verdict } from '#approvals/transitions.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import { openApprovalStore } from '#store/approval-store.ts';
import { aDecider, anApprovalRequest } from '#test/fakes/approval.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

export const YES: Verdict = { effect: 'approve', scope: 'once', reason: 'fine' };

export type Rig = {
  readonly approvals: Approvals;
  readonly acts: string[];
  readonly faults: string[];
  now: number;
  isBookOpen: boolean;
};

export function rig(
  t: TestContext,
  path?: string,
  parts: Partial<ApprovalParts> = {},
): Rig & { readonly path: string } {
  const file = path ?? join(temporaryDirectory(t), 'state.db');
  closeSync(openSync(file, 'a'));
  const keys = createApprovalKeys(Buffer.alloc(32, 1), randomBytes);
  const store = openApprovalStore({ path: file, keys, limits: LIMITS });
  t.after(() => store.close());
  const self: { now: number; isBookOpen: boolean } = { now: 1_000, isBookOpen: true };
  const acts: string[] = [];
  const faults: string[] = [];
  const approvals = createApprovals({
    store,
    clock: () => self.now,
    samePeople: () => [],
    glassOf: () => undefined,
    record(act, approval) {
      if (!self.isBookOpen) return Promise.resolve(err('stopped'));
      acts.push(`${act} ${approval.id} ${approval.state}`);
      return Promise.resolve(ok(`a:${acts.length}`));
    },
    limits: LIMITS,
    onFault: (what) => faults.push(what),
    ...parts,
  });
  return Object.assign(self, { approvals, acts, faults, path: file });
}

export const held = (to: Rig, other: Parameters<typeof anApprovalRequest>[0] = {}): Held => {
  const { record: _record, askedMs: _asked, expiresMs: _expires, ...rest } = anApprovalRequest(other);
  return {
    ...rest,
    record: ({ id }) => {
      if (!to.isBookOpen) return Promise.resolve(err('stopped'));
      to.acts.push(`approval_requested ${id}`);
      return Promise.resolve(ok(`a:${to.acts.length}`));
    },
  };
};
export async function asked(to: Rig, other: Parameters<typeof anApprovalRequest>[0] = {}): Promise<Approval> {
  const result = await to.approvals.ask(held(to, other));
  assert.ok(result.ok);
  return result.value;
}
export async function approved(to: Rig, verdict = YES, other: Parameters<typeof asked>[1] = {}): Promise<Approval> {
  const { id } = await asked(to, other);
  const result = await to.approvals.vote(id, aDecider(), verdict);
  assert.ok(result.ok);
  return result.value;
}

/** What becomes of it, once it is not pending any more. */
export const settled = (rigged: Rig, id: string): Promise<Approval> =>
  new Promise((resolve) => void rigged.approvals.whenSettled(id, resolve));
