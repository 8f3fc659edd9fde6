/** The identity providers of one configuration. A reload takes over those whose settings are the same, with their keys. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Agent, fetch as undiciFetch } from 'undici';
import { peerOptions } from '#bin/connections.ts';
import type { LoadedConfig } from '#config/load.ts';
import { proxyText } from '#config/proxy-settings.ts';
import { peerText } from '#config/tls-files.ts';
import { canonicalJson } from '#config/versions.ts';
import type { Log } from '#gateway/gateway.ts';
import type { IdentityClock } from '#identity/clock.ts';
import type { Epochs } from '#identity/epochs.ts';
import { createIdentity } from '#identity/identity.ts';
import type { Identity } from '#identity/identity.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import type { IssuerFetchInit } from '#identity/issuer-fetch.ts';
import { createIssuerKeys } from '#identity/issuer-keys.ts';
import type { IssuerKeys, IssuerKeysOptions } from '#identity/issuer-keys.ts';
import { createKeyCacheFiles } from '#identity/key-cache-files.ts';
import type { OwnTokenStores } from '#identity/own-tokens.ts';
import { apiResourceUrl } from '#identity/resource-metadata.ts';
import type { ProviderRequest } from '#signin/providers/issuer-requests.ts';
import { connectorFor } from '#upstream/http-pool.ts';
import { proxyFor } from '#upstream/proxy-choice.ts';
import type { ProxySettings } from '#upstream/proxy-choice.ts';

export type OpenIssuers = {
  readonly identity: Identity;
  /** By everything an issuer is configured with. */
  readonly keys: ReadonlyMap<string, IssuerKeys>;
  /** What tokens of our own must be for to be ones for the API; undefined when none are taken. */
  readonly apiResource: string | undefined;
};

export type IssuerParts = {
  readonly identityClock: IdentityClock;
  readonly epochs: Epochs;
  /** A secret of this deployment, from which the seal of the stored keys is derived. */
  readonly maskingKey: Buffer;
  readonly log: Log;
  /** Tokens the gateway gave out itself, where it does. */
  readonly ownTokens: OwnTokenStores;
};

export const settingsOf = (loaded: LoadedConfig): readonly IssuerSettings[] =>
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

/** Everything its keys are fetched with, so that equal ones need not be fetched twice. */
function nameOf(settings: IssuerSettings, { tls, proxy }: LoadedConfig): string {
  const way = [peerText(tls.issuers.get(settings.namespace)), ...proxiesOf(settings, proxy).map(proxyText)];
  return createHash('sha256').update(canonicalJson({ settings, way })).digest('base64');
}

/** Of the issuer and of the address of its keys, which may be another host's. */
const proxiesOf = ({ issuer, jwksUri }: IssuerSettings, proxy: ProxySettings | undefined) =>
  [issuer, ...(jwksUri === undefined ? [] : [jwksUri])].map((url) => proxyFor(new URL(url), proxy));

/**
 * undici's own fetch, so that issuers are reached with our bounds instead of the global dispatcher's. One dispatcher for
 * each way: an address found by discovery may need a proxy where the issuer itself does not.
 */
export function openFetch(settings: IssuerSettings, { tls, proxy, limits }: LoadedConfig) {
  const peer = peerOptions(tls.issuers.get(settings.namespace));
  const agents = new Map<string, Agent>();
  const agentFor = (url: string): Agent => {
    const through = proxyFor(new URL(url), proxy);
    const name = proxyText(through);
    const agent = agents.get(name) ?? new Agent({ connect: connectorFor(peer, through, limits.issuerFetchMs) });
    agents.set(name, agent);
    return agent;
  };
  const fetch = (url: string, init: IssuerFetchInit | ProviderRequest): Promise<Response> =>
    undiciFetch(url, { ...init, dispatcher: agentFor(url) });
  return {
    fetch,
    close: async (): Promise<void> => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

/** Started at most once: keys that are taken over are running already. */
function openKeys(
  settings: IssuerSettings,
  loaded: LoadedConfig,
  parts: Pick<IssuerKeysOptions, 'clock' | 'keyCache' | 'limits' | 'log'>,
): IssuerKeys {
  const way = openFetch(settings, loaded);
  const keys = createIssuerKeys({ ...parts, settings, fetch: way.fetch });
  let started: Promise<void> | undefined;
  return {
    ...keys,
    start: () => (started ??= keys.start()),
    close: async () => {
      await keys.close();
      await way.close();
    },
  };
}

/** Those who use no tokens of ours pay nothing for them. */
const takesOwn = ({ signIn, serviceAccounts }: LoadedConfig['config']): boolean =>
  signIn !== undefined || Object.keys(serviceAccounts).length > 0;

/** Makes nothing that was not started; `identity.start()` does. With the same issuers everything is `before`'s, its token cache too. */
export function openIssuers(loaded: LoadedConfig, parts: IssuerParts, before?: OpenIssuers): OpenIssuers {
  const { epochs, identityClock: clock, maskingKey, log, ownTokens } = parts;
  const { limits } = loaded;
  const keyCache = createKeyCacheFiles(
    join(loaded.config.data, 'keys', 'issuers'),
    limits.issuerDocumentBytes,
    maskingKey,
  );
  const issuers = settingsOf(loaded);
  const names = issuers.map((settings) => nameOf(settings, loaded));
  const apiResource = takesOwn(loaded.config) ? apiResourceUrl(loaded.publicUrl) : undefined;
  const isSame = names.length === before?.keys.size && names.every((name) => before.keys.has(name));
  if (before !== undefined && isSame && before.apiResource === apiResource) return before;
  const keys = new Map<string, IssuerKeys>();
  const shared = { clock, keyCache, limits, log };
  const identity = createIdentity({
    ...shared,
    issuers,
    fetch: () => Promise.reject(new Error('every issuer has a way of its own')),
    epochs,
    ...(apiResource === undefined ? {} : { own: { stores: ownTokens, issuer: loaded.publicUrl, apiResource } }),
    keysOf: (settings) => {
      const name = nameOf(settings, loaded);
      const found = before?.keys.get(name) ?? openKeys(settings, loaded, shared);
      keys.set(name, found);
      return found;
    },
  });
  return { identity, keys, apiResource };
}
