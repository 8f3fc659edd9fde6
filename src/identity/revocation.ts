/**
 * Taking access away: what a revocation says, whom it covers, and the port to where revocations are kept. Plain data;
 * refuses to know SQL, the ledger, and what becomes of calls under way.
 */
import { callerKey } from '#identity/caller.ts';
import { unreachable } from '#result.ts';

export type RevocationScope =
  | { readonly scope: 'all' }
  | { readonly scope: 'caller'; readonly issuer: string; readonly subject: string }
  /** `client` is namespaced, as in `Caller.client`. */
  | { readonly scope: 'client'; readonly client: string };

/** What was asked for, before it is recorded. */
export type Revocation = {
  /** The call id of its control record. */
  readonly id: string;
  readonly scope: RevocationScope;
  /** Unix milliseconds. */
  readonly atMs: number;
  /** Tokens issued at or before count no more. */
  readonly epochMs: number;
  /** As recorded: masked and bounded. */
  readonly reason: string;
  readonly by: { readonly issuer: string; readonly subject: string };
};

export type RevocationInForce = Revocation & {
  /** Counts up with each that came into force. */
  readonly revision: number;
  /** Id of its control record. */
  readonly record: string;
};

/**
 * Shared by all processes on one data directory. Every method rejects when the store cannot be read or written. The
 * way of a revocation is announced → recorded in the ledger → in force; one that was left announced by a process that
 * died is finished at the next start.
 */
export type RevocationStore = {
  /** Durable, without effect. False when there are too many. */
  announce(revocation: Revocation): Promise<boolean>;
  /** Durable and in force, with the epoch of an earlier one of the same scope if that is higher. Once: again gives the same. */
  enforce(id: string, record: string): Promise<RevocationInForce>;
  /** Takes an announced one back; undefined. One that another process has meanwhile put in force stays and is given. */
  withdraw(id: string): Promise<RevocationInForce | undefined>;
  announced(): Promise<readonly Revocation[]>;
  /** Those in force after `revision`, in order. Cheap when there is none. */
  inForceAfter(revision: number): Promise<readonly RevocationInForce[]>;
  close(): Promise<void>;
};

/** Whether it covers this caller (`callerKey`) coming through one of these clients. */
export function covers(scope: RevocationScope, caller: string, clients: readonly string[]): boolean {
  switch (scope.scope) {
    case 'all':
      return true;
    case 'caller':
      return caller === callerKey(scope);
    case 'client':
      return clients.includes(scope.client);
    default:
      return unreachable(scope);
  }
}
