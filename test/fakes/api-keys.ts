/** What the API needs to make keys: a store in memory, keys of its own, a configuration with two accounts. */
import { randomBytes } from 'node:crypto';
import { createApiKeyDigests } from '#accounts/api-key-digests.ts';
import { makeApiKey } from '#accounts/api-key-form.ts';
import type { KeyParts } from '#api/key-parts.ts';
import { digestToken } from '#identity/token-cache.ts';
import { fakeApiKeyStore } from '#test/fakes/api-key-store.ts';
import type { FakeApiKeyStore } from '#test/fakes/api-key-store.ts';

type InForce = ReturnType<KeyParts['inForce']>;

export type FakeKeys = {
  readonly store: FakeApiKeyStore;
  readonly keys: KeyParts;
  /** Changed by assignment. */
  readonly inForce: { -readonly [K in keyof InForce]: InForce[K] };
};

export function fakeKeys(): FakeKeys {
  const store = fakeApiKeyStore();
  const digests = createApiKeyDigests(new Uint8Array(32));
  const account = { owner: 'okta:ann', purpose: 'p' };
  const inForce = {
    accounts: {
      bot: { ...account, connections: ['*'] },
      narrow: { ...account, connections: ['notes'] },
    },
    connections: ['notes', 'github'],
    levels: ['read'],
    roles: { admin: ['okta:admins'], policyApprover: [], approver: [], auditor: ['okta:audit'], breakGlass: [] },
  };
  return {
    store,
    inForce,
    keys: {
      store,
      newKey() {
        const key = makeApiKey(randomBytes);
        const tokenDigest = digestToken(key);
        return { key, id: digests.id(tokenDigest), digest: digests.digest(tokenDigest) };
      },
      inForce: () => inForce,
    },
  };
}
