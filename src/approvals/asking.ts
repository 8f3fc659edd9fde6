/** How people are asked: recorded, then kept, and only once for the same call. */
import type { ApprovalParts, Unavailable } from '#approvals/approval-parts.ts';
import type { Approval, ApprovalRequest } from '#approvals/approval.ts';
import type { Changes } from '#approvals/changes.ts';
import { isSamePrint } from '#approvals/fingerprint.ts';
import { stillDenied } from '#approvals/transitions.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** What is asked, but for the record that says so, which is written here. */
export type Held = Omit<ApprovalRequest, 'record' | 'askedMs' | 'expiresMs'> & {
  /** Writes what is asked into the book, durably. */
  readonly record: (request: Omit<ApprovalRequest, 'record'>) => Promise<Result<string, string>>;
};

export type Asking = {
  /** Asks; one that is pending for exactly this, or was just refused, is the same request again. */
  ask(held: Held): Promise<Result<Approval, Unavailable | { readonly code: 'full' }>>;
};

export function createAsking(
  parts: Pick<ApprovalParts, 'store' | 'clock' | 'record' | 'onFault' | 'watch'>,
  changes: Pick<Changes, 'tell'>,
): Asking {
  const { store, clock, record } = parts;
  /** By print: requests on their way into the store. */
  const asking = new Map<string, ReturnType<Asking['ask']>>();

  /** Whoever is asked is told of it by the request itself (`Approval.flood`), so nothing waits for the record of it. */
  const alarm = async (approval: Approval): Promise<void> => {
    parts.watch?.flooded(approval);
    const recorded = await record('approval_flood', approval, undefined);
    if (!recorded.ok) parts.onFault('a flood of requests for approval cannot be recorded', recorded.error);
  };
  const sameAs = ({ fingerprint, toolPrint }: Held, askedMs: number): Approval | undefined =>
    store
      .matching(fingerprint, toolPrint)
      .find(
        (approval) =>
          isSamePrint(approval.fingerprint, fingerprint) &&
          ((approval.state === 'pending' && askedMs < approval.expiresMs) || stillDenied(approval, askedMs)),
      );
  const ask = async (held: Held): ReturnType<Asking['ask']> => {
    const askedMs = clock();
    const same = sameAs(held, askedMs);
    if (same !== undefined) return ok(same);
    const { record: recordRequest, ...asked } = held;
    const request = { ...asked, askedMs, expiresMs: askedMs + held.terms.waitMs };
    const recorded = await recordRequest(request);
    if (!recorded.ok) return err({ code: 'unavailable', reason: recorded.error });
    const created = await store.create({ ...request, record: recorded.value });
    if (created === 'full') return err({ code: 'full' });
    parts.watch?.asked(created);
    if (created.flood?.first === created.id) await alarm(created);
    changes.tell(created);
    return ok(created);
  };
  return {
    ask(held) {
      // Of those that come at the same time one asks, and the others ask with it.
      const print = Buffer.from(held.fingerprint).toString('base64');
      const running = asking.get(print);
      if (running !== undefined) return running;
      const begun = ask(held).finally(() => asking.delete(print));
      asking.set(print, begun);
      return begun;
    },
  };
}
