/**
 * API keys as identity asks for them: which account showed this one, what it may be used for and from where, and whether it
 * still counts. The row in the store is the truth; what was read of it is kept only while nothing in the store has changed.
 * The configuration in force says which accounts there are.
 */
import { hasApiKeyForm } from '#accounts/api-key-form.ts';
import type { ApiKeyDigests } from '#accounts/api-key-digests.ts';
import { dayOf, isLive } from '#accounts/api-key.ts';
import type { ApiKey, ApiKeyStore } from '#accounts/api-key.ts';
import { accountCaller, accountEndMs, liveAccount } from '#accounts/service-account.ts';
import type { ServiceAccounts } from '#accounts/service-account.ts';
import type { Caller } from '#identity/caller.ts';
import { ANY_CONNECTION } from '#identity/own-tokens.ts';
import type { OwnTokens } from '#identity/own-tokens.ts';
import type { Limits } from '#limits.ts';
import { countsFromMs } from '#oauth/sign-in.ts';

export type ApiKeysParts = {
  readonly store: ApiKeyStore;
  readonly digests: ApiKeyDigests;
  /** Of the configuration in force at each use. */
  readonly accounts: () => ServiceAccounts;
  readonly publicUrl: () => string;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly limits: Pick<Limits, 'apiKeysCached' | 'apiKeyUseMs' | 'tokenClockSkewMs'>;
};

export type ApiKeys = OwnTokens & {
  /** Writes which keys were used on what day; called by a timer, never on the way of a call. */
  writeUses(): Promise<void>;
};

/** The caller is one object while the row is the same: what policy works out for it hangs on it. */
type Known = { readonly key: ApiKey; readonly caller: Caller };

export function createApiKeys(parts: ApiKeysParts): ApiKeys {
  const { store, digests, accounts, publicUrl, clock, limits } = parts;
  const known = new Map<string, Known>();
  let version = Number.NaN;
  let issuer = '';
  /** By id: when a use of it was last written, or tried to be. */
  const written = new Map<string, number>();
  let used = new Map<string, string>();

  const knownOf = (tokenDigest: string): Known | undefined => {
    const now = store.version();
    if (now !== version || issuer !== publicUrl()) known.clear();
    version = now;
    issuer = publicUrl();
    const cached = known.get(tokenDigest);
    if (cached !== undefined) return cached;
    const key = store.find(digests.digest(tokenDigest));
    if (key === undefined) return undefined;
    const { id, account, connections, level, createdBy } = key;
    const found = { key, caller: accountCaller(account, issuer, { id, connections, level, createdBy }) };
    // Only what is there is kept: strangers cannot fill it.
    if (known.size >= limits.apiKeysCached) known.clear();
    known.set(tokenDigest, found);
    return found;
  };

  const noteUse = ({ id, usedOn }: ApiKey, nowMs: number): void => {
    const day = dayOf(nowMs);
    if (usedOn === day || nowMs - (written.get(id) ?? Number.NEGATIVE_INFINITY) < limits.apiKeyUseMs) return;
    used.set(id, day);
  };

  return {
    find(token, tokenDigest) {
      // Before anything is looked up: what was mistyped or made up costs no more than this.
      const found = hasApiKeyForm(token) ? knownOf(tokenDigest) : undefined;
      if (found === undefined) return undefined;
      const { key, caller } = found;
      const nowMs = clock();
      const account = liveAccount(accounts(), key.account, nowMs);
      if (account === undefined || !isLive(key, nowMs)) return undefined;
      noteUse(key, nowMs);
      return {
        caller,
        // Which of them, policy says: with the exact reason, where it does not.
        resource: ANY_CONNECTION,
        issuedAtMs: countsFromMs(key.createdAtMs, limits),
        expiresAtMs: Math.min(key.expiresAtMs, accountEndMs(account)),
        ...(key.networks === undefined ? {} : { networks: key.networks }),
      };
    },
    whyNot(token, tokenDigest) {
      if (!hasApiKeyForm(token)) return 'malformed_token';
      const key = knownOf(tokenDigest)?.key;
      if (key === undefined) return undefined;
      if (key.endedAtMs !== undefined) return 'revoked';
      if (!Object.hasOwn(accounts(), key.account)) return 'unknown_account';
      return isLive(key, clock()) ? 'account_ended' : 'expired';
    },
    stillHolds({ tokenDigest }) {
      const key = knownOf(tokenDigest)?.key;
      const nowMs = clock();
      return key !== undefined && isLive(key, nowMs) && liveAccount(accounts(), key.account, nowMs) !== undefined;
    },
    async writeUses() {
      if (used.size === 0) return;
      const uses = used;
      used = new Map();
      const nowMs = clock();
      // Of keys that are used; those that are not any more are forgotten with them.
      if (written.size > limits.apiKeysCached) written.clear();
      for (const id of uses.keys()) written.set(id, nowMs);
      const byDay = Map.groupBy(uses, ([, day]) => day);
      for (const [day, ids] of byDay) await store.write({ act: 'use', ids: ids.map(([id]) => id), day });
    },
  };
}
