/**
 * Revocation epochs: "nothing issued up to this instant counts any more", for everybody, one caller, or one client.
 * Plain numbers in memory, compared at each use of a token, also of a cached one. Refuses to know who may revoke and
 * where epochs are kept.
 */
import type { Caller } from '#identity/caller.ts';
import { callerKey } from '#identity/caller.ts';
import type { RevocationScope } from '#identity/revocation.ts';
import type { Limits } from '#limits.ts';
import { unreachable } from '#result.ts';

export type EpochSource = {
  /** Unix milliseconds: a token of this caller issued at or before is revoked. -Infinity when nothing is. */
  epochOf(caller: Pick<Caller, 'issuer' | 'subject'> & Partial<Pick<Caller, 'client'>>): number;
  /** False while what was revoked elsewhere cannot be read: then nobody can be said not to be revoked. */
  areKnown(): boolean;
};

export type Epochs = EpochSource & {
  revokeAll(epochMs: number): void;
  revokeCaller(caller: Pick<Caller, 'issuer' | 'subject'>, epochMs: number): void;
  /** @param client namespaced, as in `Caller.client`. */
  revokeClient(client: string, epochMs: number): void;
  setKnown(isKnown: boolean): void;
};

/**
 * The epoch of a revocation made now. An issuer's clock may be ahead by as much as is tolerated of `iat`, and a token it
 * made just before, stolen and not yet seen here, says so; therefore the epoch lies that far in the future. The price: a
 * token counts again only when it was issued later than that.
 */
export const epochAt = (nowMs: number, limits: Pick<Limits, 'tokenClockSkewMs'>): number =>
  nowMs + limits.tokenClockSkewMs;

/** `iat` has whole seconds and may have been rounded down, so the very instant counts as before. */
export const isRevoked = (caller: Caller, issuedAtMs: number, epochs: EpochSource): boolean =>
  issuedAtMs <= epochs.epochOf(caller);

/** Why a token issued then does not count; undefined when it does. */
export function epochFault(
  caller: Caller,
  issuedAtMs: number,
  epochs: EpochSource,
): 'revoked' | 'revocations_unknown' | undefined {
  if (isRevoked(caller, issuedAtMs, epochs)) return 'revoked';
  return epochs.areKnown() ? undefined : 'revocations_unknown';
}

export function raiseEpoch(epochs: Epochs, scope: RevocationScope, epochMs: number): void {
  switch (scope.scope) {
    case 'all':
      return epochs.revokeAll(epochMs);
    case 'caller':
      return epochs.revokeCaller(scope, epochMs);
    case 'client':
      return epochs.revokeClient(scope.client, epochMs);
    default:
      return unreachable(scope);
  }
}

export function createEpochs(limits: Pick<Limits, 'revocationEpochs' | 'tokenLifetimeMs'>): Epochs {
  let everybody = Number.NEGATIVE_INFINITY;
  let known = true;
  const callers = new Map<string, number>();
  const clients = new Map<string, number>();

  /** Epochs only rise. Returns false when there is no room. */
  const raise = (epochs: Map<string, number>, key: string, epochMs: number): boolean => {
    const before = epochs.get(key);
    if (before === undefined && callers.size + clients.size >= limits.revocationEpochs) {
      // No token issued that long ago is still within its lifetime.
      forgetBefore(callers, epochMs - limits.tokenLifetimeMs);
      forgetBefore(clients, epochMs - limits.tokenLifetimeMs);
      if (callers.size + clients.size >= limits.revocationEpochs) return false;
    }
    epochs.set(key, Math.max(before ?? epochMs, epochMs));
    return true;
  };
  const revokeAll = (epochMs: number): void => {
    everybody = Math.max(everybody, epochMs);
    // Nothing lower counts beside it, as in the store.
    forgetBefore(callers, everybody);
    forgetBefore(clients, everybody);
  };

  return {
    revokeAll,
    revokeCaller(caller, epochMs) {
      // Out of room: revoking everybody is the only answer that revokes this caller.
      if (!raise(callers, callerKey(caller), epochMs)) revokeAll(epochMs);
    },
    revokeClient(client, epochMs) {
      if (!raise(clients, client, epochMs)) revokeAll(epochMs);
    },
    setKnown(isKnown) {
      known = isKnown;
    },
    areKnown: () => known,
    epochOf(caller) {
      const own = callers.get(callerKey(caller)) ?? Number.NEGATIVE_INFINITY;
      const client = caller.client === undefined ? undefined : clients.get(caller.client);
      return Math.max(everybody, own, client ?? Number.NEGATIVE_INFINITY);
    },
  };
}

function forgetBefore(epochs: Map<string, number>, beforeMs: number): void {
  for (const [key, epochMs] of epochs) if (epochMs < beforeMs) epochs.delete(key);
}
