/** Client programs, wired: their store, and how documents of strangers are reached. */
import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import type { LoadedConfig } from '#config/load.ts';
import { createClientKeys } from '#oauth/client-keys.ts';
import type { ClientKeys } from '#oauth/client-keys.ts';
import { isInDomains } from '#oauth/client-policy.ts';
import type { ClientStore } from '#oauth/client-store.ts';
import type { ClientSource } from '#signin/client-source.ts';
import type { SignInParts, SignInSettings } from '#signin/parts.ts';
import { createClientSource } from '#signin/registration/clients.ts';
import { fetchPinned } from '#signin/registration/pinned-fetch.ts';
import { createAddresses, isPublicAddress } from '#signin/registration/public-address.ts';
import { openClientStore } from '#store/client-store.ts';
import { proxyFor } from '#upstream/proxy-choice.ts';

/** How hosts of documents are found and proven. */
export type DocumentNetwork = {
  /** Every address of a name; rejects when it has none. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** PEM of authorities that are trusted instead of Node's own. */
  readonly ca: string | undefined;
};

/** What outlives a reload. Nothing is opened before its first use. */
export type ClientsLasting = {
  readonly clientStore: ClientStore;
  readonly clientKeys: ClientKeys;
  readonly documentNetwork: DocumentNetwork;
};

/** Not `dns.lookup`: that takes a thread which files need as well, for as long as a stranger's name server likes. */
const publicNetwork = (resolveMs: number): DocumentNetwork => ({
  async resolve(host) {
    const resolver = new Resolver({ timeout: resolveMs, tries: 1 });
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  },
  ca: undefined,
});

export const lastingClients = (
  { config, limits }: LoadedConfig,
  maskingKey: Buffer,
  network: DocumentNetwork | undefined,
): ClientsLasting => ({
  clientStore: openClientStore({ path: join(config.data, 'state.db'), limits }),
  clientKeys: createClientKeys(maskingKey),
  documentNetwork: network ?? publicNetwork(limits.clientDocumentMs),
});

export function clientSourceOf(
  { proxy, limits }: LoadedConfig,
  settings: SignInSettings,
  { clientStore, clientKeys, documentNetwork, ...parts }: Omit<SignInParts, 'clients'> & ClientsLasting,
): ClientSource {
  const own = createAddresses(settings.clients.documents.networks);
  return createClientSource({
    ...parts,
    clientStore,
    clientKeys,
    fetchDocument: (url) =>
      fetchPinned(url, {
        ...documentNetwork,
        mayAsk: (address) => isPublicAddress(address) || own.has(address),
        proxyOf: (target) => proxyFor(target, proxy),
        isVouchedFor: (host) => isInDomains(host, settings.clients.domains),
        limits,
      }),
  });
}
