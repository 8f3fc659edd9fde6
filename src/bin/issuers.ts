/** The identity providers of one configuration. A reload takes over those whose settings are the same, with their keys. */
import { join } from 'node:path';
import { fetch as undiciFetch } from 'undici';
import type { Dispatcher } from 'undici';
import type { LoadedConfig } from '#config/load.ts';
import { canonicalJson } from '#config/versions.ts';
import type { Log } from '#gateway/gateway.ts';
import type { IdentityClock } from '#identity/clock.ts';
import type { Epochs } from '#identity/epochs.ts';
import { createIdentity } from '#identity/identity.ts';
import type { Identity } from '#identity/identity.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import type { IssuerFetch } from '#identity/issuer-fetch.ts';
import { createIssuerKeys } from '#identity/issuer-keys.ts';
import type { IssuerKeys } from '#identity/issuer-keys.ts';
import { createKeyCacheFiles } from '#identity/key-cache-files.ts';

export type OpenIssuers = {
  readonly identity: Identity;
  /** By everything an issuer is configured with. */
  readonly keys: ReadonlyMap<string, IssuerKeys>;
};

export type IssuerParts = {
  readonly dispatcher: Dispatcher;
  readonly identityClock: IdentityClock;
  readonly epochs: Epochs;
  /** A secret of this deployment, from which the seal of the stored keys is derived. */
  readonly maskingKey: Buffer;
  readonly log: Log;
};

const settingsOf = (loaded: LoadedConfig): readonly IssuerSettings[] =>
  Object.entries(loaded.config.issuers).map(
    ([namespace, { preset, issuer, audiences, groupsClaim, jwksUri, apiAudience }]) => ({
      namespace,
      preset,
      issuer,
      audiences,
      groupsClaim,
      ...(jwksUri === undefined ? {} : { jwksUri }),
      ...(apiAudience === undefined ? {} : { apiAudience }),
    }),
  );

/** Started at most once: keys that are taken over are running already. */
function startedOnce(keys: IssuerKeys): IssuerKeys {
  let started: Promise<void> | undefined;
  return { ...keys, start: () => (started ??= keys.start()) };
}

/** Makes nothing that was not started; `identity.start()` does. With the same issuers everything is `before`'s, its token cache too. */
export function openIssuers(loaded: LoadedConfig, parts: IssuerParts, before?: OpenIssuers): OpenIssuers {
  const { dispatcher, epochs, identityClock: clock, maskingKey, log } = parts;
  const { limits } = loaded;
  // undici's own fetch, so that issuers are reached through a dispatcher with our bounds instead of the global one.
  const fetch: IssuerFetch = (url, init) => undiciFetch(url, { ...init, dispatcher });
  const keyCache = createKeyCacheFiles(
    join(loaded.config.data, 'keys', 'issuers'),
    limits.issuerDocumentBytes,
    maskingKey,
  );
  const issuers = settingsOf(loaded);
  const names = issuers.map((settings) => canonicalJson(settings));
  if (before !== undefined && names.length === before.keys.size && names.every((name) => before.keys.has(name)))
    return before;
  const keys = new Map<string, IssuerKeys>();
  const identity = createIdentity({
    issuers,
    fetch,
    clock,
    keyCache,
    epochs,
    limits,
    log,
    keysOf: (settings) => {
      const name = canonicalJson(settings);
      const found =
        before?.keys.get(name) ?? startedOnce(createIssuerKeys({ settings, fetch, clock, keyCache, limits, log }));
      keys.set(name, found);
      return found;
    },
  });
  return { identity, keys };
}
