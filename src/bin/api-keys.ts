/** API keys of service accounts, from the start to the stop: a table of `state.db`, opened with the first key that is shown or made. */
import { join } from 'node:path';
import type { LoadedConfig } from '#config/load.ts';
import { createApiKeyDigests } from '#accounts/api-key-digests.ts';
import { makeApiKey } from '#accounts/api-key-form.ts';
import type { ApiKeyStore } from '#accounts/api-key.ts';
import { createApiKeys } from '#accounts/api-keys.ts';
import type { ApiKeys } from '#accounts/api-keys.ts';
import { revokedKeys } from '#accounts/revoked-keys.ts';
import type { KeyParts } from '#api/key-parts.ts';
import type { Log } from '#gateway/gateway.ts';
import type { RevocationInForce } from '#identity/revocation.ts';
import { digestToken } from '#identity/token-cache.ts';
import { openApiKeyStore } from '#store/api-keys.ts';

export type OpenApiKeys = {
  readonly keys: ApiKeys;
  readonly parts: KeyParts;
  /** Ends for good the keys that these cover. */
  endRevoked(revocations: readonly Pick<RevocationInForce, 'scope' | 'epochMs'>[]): void;
  /** Writes which were used; what cannot be written is written later. */
  writeUses(): void;
  close(): Promise<void>;
};

/** Those who have no service accounts open nothing. */
function openedWhenUsed(open: () => ApiKeyStore): ApiKeyStore {
  let opened: ApiKeyStore | undefined;
  let isClosed = false;
  const store = (): ApiKeyStore => {
    if (isClosed) throw new Error('closed');
    return (opened ??= open());
  };
  return {
    version: () => store().version(),
    find: (digest) => store().find(digest),
    byId: (id) => store().byId(id),
    all: () => store().all(),
    write: async (write) => store().write(write),
    async close() {
      isClosed = true;
      await opened?.close();
    },
  };
}

/** @param current the configuration in force; asked for with the first use */
export function openApiKeys(options: {
  readonly loaded: LoadedConfig;
  readonly maskingKey: Buffer;
  readonly random: (count: number) => Uint8Array;
  readonly clock: () => number;
  readonly log: Log;
  readonly current: () => LoadedConfig;
}): OpenApiKeys {
  const { loaded, maskingKey, random, clock, log, current } = options;
  const { limits } = loaded;
  const store = openedWhenUsed(() => openApiKeyStore({ path: join(loaded.config.data, 'state.db'), limits }));
  const digests = createApiKeyDigests(maskingKey);
  const accounts = () => current().config.serviceAccounts;
  const failed = (what: string) => (error: unknown) =>
    log.error({ error: error instanceof Error ? error.message : String(error) }, what);
  const keys = createApiKeys({ store, digests, accounts, publicUrl: () => current().publicUrl, clock, limits });
  const endCovered = async (revocations: Parameters<OpenApiKeys['endRevoked']>[0]): Promise<void> => {
    const ended = revocations.flatMap((revocation) => revokedKeys(revocation, current().publicUrl, limits) ?? []);
    if (ended.length === 0 || (Object.keys(accounts()).length === 0 && store.all().length === 0)) return;
    await Promise.all(ended.map((covered) => store.write({ act: 'end_of', ended: covered, atMs: clock() })));
  };
  const written = (): Promise<void> =>
    keys.writeUses().catch(failed('it could not be written which API keys were used'));
  return {
    keys,
    parts: {
      store,
      newKey() {
        const key = makeApiKey(random);
        const tokenDigest = digestToken(key);
        return { key, id: digests.id(tokenDigest), digest: digests.digest(tokenDigest) };
      },
      inForce() {
        const { config } = current();
        return {
          accounts: config.serviceAccounts,
          connections: Object.keys(config.connections),
          levels: Object.keys(config.levels),
          roles: config.roles,
        };
      },
    },
    endRevoked(revocations) {
      // Their epochs hold meanwhile; a start ends them again, as long as epochs are kept.
      endCovered(revocations).catch(failed('keys of a revocation could not be ended for good; restart the gateway'));
    },
    writeUses: () => void written(),
    async close() {
      await written();
      await store.close();
    },
  };
}
