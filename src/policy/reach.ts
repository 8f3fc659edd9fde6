/**
 * What takes away from grants before any is looked at: a service account reaches only the connections it is declared for,
 * and a key only those, and at most the level, it was made for. Nothing here ever gives.
 */
import { GATEBOOK_NAMESPACE } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import type { Level } from '#policy/levels.ts';

/** The connections each service account of the configuration may reach at most; `*` is all. */
export type AccountReach = Readonly<Record<string, { readonly connections: readonly string[] }>>;

export type ReachFault = 'unknown_account' | 'account_connection' | 'key_connection' | 'unknown_key_level';

const includes = (connections: readonly string[], connection: string): boolean =>
  connections.includes('*') || connections.includes(connection);

/** Why grants are not even asked; undefined when they are. */
export function reachFault(
  { namespace, subject, key }: Caller,
  connection: string,
  accounts: AccountReach,
  levels: ReadonlyMap<string, Level>,
): ReachFault | undefined {
  // Nobody else is of this namespace: an account that is gone from the configuration has nothing.
  if (namespace === GATEBOOK_NAMESPACE) {
    const account = Object.hasOwn(accounts, subject) ? accounts[subject] : undefined;
    if (account === undefined) return 'unknown_account';
    if (!includes(account.connections, connection)) return 'account_connection';
  }
  if (key === undefined) return undefined;
  if (!includes(key.connections, connection)) return 'key_connection';
  return key.level === undefined || levels.has(key.level) ? undefined : 'unknown_key_level';
}
