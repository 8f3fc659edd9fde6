/** Every client there is, from wherever it is known, and what may be done with it now: the rules of registration put together. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { addressOf } from '#api/limit-source.ts';
import { sourceKey } from '#gateway/source.ts';
import type { ClientKeys } from '#oauth/client-keys.ts';
import type { ClientMetadata } from '#oauth/client-metadata.ts';
import type { ClientStore } from '#oauth/client-store.ts';
import { redirectPlace } from '#oauth/redirect-uri.ts';
import { handleOf, standingOf } from '#oauth/registered-client.ts';
import type { RegisteredClient } from '#oauth/registered-client.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { recordAct } from '#signin/auth-record.ts';
import type { ClientRefusal, ClientSource } from '#signin/client-source.ts';
import type { SignInParts } from '#signin/parts.ts';
import { createDocumentClients } from '#signin/registration/document-clients.ts';
import type { DocumentClientsParts } from '#signin/registration/document-clients.ts';
import { namesDocument } from '#signin/registration/document-url.ts';
import { knownClients } from '#signin/registration/known-clients.ts';
import { libraryMetadata } from '#signin/registration/library-metadata.ts';
import { serveRegistration } from '#signin/registration/register-client.ts';
import { createSourceRate } from '#signin/registration/source-rate.ts';

export type ClientSourceParts = Pick<
  SignInParts,
  | 'clock'
  | 'ledger'
  | 'limits'
  | 'log'
  | 'masker'
  | 'monotonic'
  | 'newId'
  | 'proxies'
  | 'random'
  | 'refusals'
  | 'secrets'
  | 'settings'
> & {
  readonly clientStore: ClientStore;
  readonly clientKeys: ClientKeys;
  readonly fetchDocument: DocumentClientsParts['fetchDocument'];
};

/** RFC 6749 appendix A.1, bounded. */
const CLIENT_ID = /^[\x20-\x7e]{1,512}$/;

const DENIED: ClientRefusal = {
  error: 'invalid_client',
  reason: 'client_denied',
  says: 'The operator of this gateway does not allow this client.',
};

const placesOf = ({ redirects }: ClientMetadata): readonly string[] =>
  [...new Set(redirects.map(redirectPlace))].toSorted();

export function createClientSource(parts: ClientSourceParts): ClientSource {
  const { clock, limits, monotonic, settings, clientStore: store, clientKeys: keys } = parts;
  const policy = settings.clients;
  const known = knownClients(policy.known, parts.secrets.clientSecrets);
  const knownNames = Object.values(policy.known).map(({ name }) => name);
  const sources = new AsyncLocalStorage<string>();
  const rateOf = (perMinute: number, perSourcePerMinute: number) =>
    createSourceRate({
      perMinute,
      perSourcePerMinute,
      burstMinutes: limits.clientBurstMinutes,
      sources: limits.clientSources,
    });

  /** Strangers' words: the masker goes over them. */
  const record = async (
    client: { readonly id: string; readonly metadata: ClientMetadata },
    source: string,
    detail: Readonly<Record<string, boolean>>,
  ): Promise<boolean> => {
    const { id, metadata } = client;
    const recorded = await recordAct(parts, 'client_registered', {
      clientId: id,
      ...(metadata.name === undefined ? {} : { clientName: metadata.name }),
      source,
      detail: { ...detail, redirects: placesOf(metadata), auth: metadata.auth },
    });
    return recorded.ok;
  };
  const noteRefusal = (source: string, reason: string): void =>
    parts.refusals.note({ source, code: 'client_refused', reason, connection: '' });

  const documents = createDocumentClients({
    policy,
    urls: { ports: policy.documents.ports, allowsLocalNames: policy.documents.networks.length > 0 },
    knownNames,
    store,
    fetchDocument: parts.fetchDocument,
    rate: rateOf(limits.clientDocumentFetchesPerMinute, limits.clientDocumentFetchesPerSourcePerMinute),
    sourceDigest: (source) => keys.sourceDigest(source),
    record: (client, source, isNew) => record(client, source, { document: true, new: isNew }),
    clock,
    monotonic,
    limits,
  });
  const registration = {
    policy,
    knownNames,
    keys,
    rate: rateOf(limits.clientRegistrationsPerMinute, limits.clientRegistrationsPerSourcePerMinute),
    store,
    record: (client: { readonly id: string; readonly metadata: ClientMetadata }, source: string) =>
      record(client, source, { document: false }),
    noteRefusal,
    clock,
    monotonic,
    random: parts.random,
  };

  const lookUp = async (id: string, source: string): Promise<Result<RegisteredClient, ClientRefusal> | undefined> => {
    if (namesDocument(id)) return documents.find(id, source);
    const client = store.find(id, clock());
    return client === undefined ? undefined : ok(client);
  };

  return {
    from: (source, run) => sources.run(sourceKey(source), run),
    async find(id) {
      if (!CLIENT_ID.test(id)) return undefined;
      const own = known.get(id);
      if (own !== undefined) {
        const secret = own.secret === undefined ? undefined : keys.secretDigest(own.secret.reveal()).toString('hex');
        return ok(libraryMetadata({ id, metadata: own.metadata, secret }));
      }
      const source = sources.getStore() ?? 'unknown';
      const found = await lookUp(id, source);
      if (found === undefined) return undefined;
      const refused = found.ok && standingOf(found.value, policy).is === 'denied' ? err(DENIED) : found;
      if (!refused.ok) {
        noteRefusal(source, refused.error.reason);
        return refused;
      }
      const { metadata, secretDigest } = refused.value;
      const secret = secretDigest === undefined ? undefined : Buffer.from(secretDigest).toString('hex');
      return ok(libraryMetadata({ id, metadata, secret }));
    },
    standing(id) {
      if (known.has(id)) return { is: 'allowed' };
      const client = store.find(id, clock());
      return client === undefined ? undefined : standingOf(client, policy);
    },
    handle: handleOf,
    async asked(id) {
      const nowMs = clock();
      const client = store.find(id, nowMs);
      if (client === undefined || nowMs - (client.askedAtMs ?? -Infinity) < limits.clientUseMs) return;
      await store.asked(id, nowMs);
    },
    used(id) {
      const nowMs = clock();
      const client = known.has(id) ? undefined : store.find(id, nowMs);
      if (client === undefined || nowMs - (client.usedAtMs ?? -Infinity) < limits.clientUseMs) return;
      store.used(id, nowMs).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        parts.log.warn({ error: why }, 'the last use of a client could not be kept');
      });
    },
    isSecretOf: (digest, shown) => keys.isSecretOf(digest, shown),
    register: (request, response) =>
      serveRegistration(request, response, sourceKey(addressOf(request, parts)), registration),
  };
}
