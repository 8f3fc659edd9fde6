/**
 * Revocation epochs: "nothing issued up to this instant counts any more", for everybody, one caller, or one client.
 * Plain numbers in memory, compared at each use of a token, also of a cached one. Refuses to know who may revoke and
 * where epochs are kept.
 */
import type { Caller } from '#identity/caller.ts';
import { callerKey } from '#identity/caller.ts';
import type { Limits } from '#limits.ts';

export type EpochSource = {
  /** Unix milliseconds: a token of this caller issued at or before is revoked. -Infinity when nothing is. */
  epochOf(caller: Caller): number;
};

export type Epochs = EpochSource & {
  revokeAll(atMs: number): void;
  revokeCaller(caller: Pick<Caller, 'issuer' | 'subject'>, atMs: number): void;
  /** @param client namespaced, as in `Caller.client`. */
  revokeClient(client: string, atMs: number): void;
};

/**
 * `iat` has whole seconds and may have been rounded, so a token of the very second counts as issued before: whoever
 * signs in again within it is asked once more, nobody stays in.
 */
export const isRevoked = (caller: Caller, issuedAtMs: number, epochs: EpochSource): boolean =>
  issuedAtMs <= epochs.epochOf(caller);

export function createEpochs(limits: Pick<Limits, 'revocationEpochs' | 'tokenLifetimeMs'>): Epochs {
  let everybody = Number.NEGATIVE_INFINITY;
  const callers = new Map<string, number>();
  const clients = new Map<string, number>();

  /** Epochs only rise. Returns false when there is no room. */
  const raise = (epochs: Map<string, number>, key: string, atMs: number): boolean => {
    const before = epochs.get(key);
    if (before === undefined && callers.size + clients.size >= limits.revocationEpochs) {
      forgetExpired(callers, atMs - limits.tokenLifetimeMs);
      forgetExpired(clients, atMs - limits.tokenLifetimeMs);
      if (callers.size + clients.size >= limits.revocationEpochs) return false;
    }
    epochs.set(key, Math.max(before ?? atMs, atMs));
    return true;
  };
  const revokeAll = (atMs: number): void => {
    everybody = Math.max(everybody, atMs);
  };

  return {
    revokeAll,
    revokeCaller(caller, atMs) {
      // Out of room: revoking everybody is the only answer that revokes this caller.
      if (!raise(callers, callerKey(caller), atMs)) revokeAll(atMs);
    },
    revokeClient(client, atMs) {
      if (!raise(clients, client, atMs)) revokeAll(atMs);
    },
    epochOf(caller) {
      const own = callers.get(callerKey(caller)) ?? Number.NEGATIVE_INFINITY;
      const client = caller.client === undefined ? undefined : clients.get(caller.client);
      return Math.max(everybody, own, client ?? Number.NEGATIVE_INFINITY);
    },
  };
}

/** No token issued that long ago is still within its lifetime. */
function forgetExpired(epochs: Map<string, number>, beforeMs: number): void {
  for (const [key, atMs] of epochs) if (atMs < beforeMs) epochs.delete(key);
}
