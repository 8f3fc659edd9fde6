/**
 * Clients whose id is the URL of a document they publish (draft-ietf-oauth-client-id-metadata-document). A document is fetched
 * when it is due, once for all who wait for it, counted for who asked; one that was good is used for a while when its host
 * does not answer, so that nobody is signed out by another's outage. A host's own no, or a wrong document, counts at once.
 */
import { parseClientMetadata, readMembers } from '#oauth/client-metadata.ts';
import type { ClientMetadata } from '#oauth/client-metadata.ts';
import { mayBeWelcome } from '#oauth/client-policy.ts';
import type { ClientPolicy } from '#oauth/client-policy.ts';
import type { ClientStore } from '#oauth/client-store.ts';
import { profileOf } from '#oauth/registered-client.ts';
import type { RegisteredClient } from '#oauth/registered-client.ts';
import type { Limits } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { ClientRefusal } from '#signin/client-source.ts';
import { parseDocumentUrl } from '#signin/registration/document-url.ts';
import type { DocumentUrlRules } from '#signin/registration/document-url.ts';
import type { DocumentFault, FetchedDocument } from '#signin/registration/pinned-fetch.ts';
import type { SourceRate } from '#signin/registration/source-rate.ts';

export type DocumentClientsParts = {
  readonly policy: ClientPolicy;
  readonly urls: DocumentUrlRules;
  readonly knownNames: readonly string[];
  readonly store: Pick<ClientStore, 'find' | 'keep'>;
  readonly fetchDocument: (url: URL) => Promise<Result<FetchedDocument, DocumentFault>>;
  readonly rate: SourceRate;
  readonly sourceDigest: (source: string) => Uint8Array;
  /** Records a client that is new here, or has changed what people consent to, before it is kept. False: it cannot be recorded. */
  readonly record: (
    client: { readonly id: string; readonly metadata: ClientMetadata },
    source: string,
    isNew: boolean,
  ) => Promise<boolean>;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly limits: Pick<
    Limits,
    | 'clientDocumentFetches'
    | 'clientDocumentFreshMsMax'
    | 'clientDocumentFreshMsMin'
    | 'clientDocumentRefusedMs'
    | 'clientDocumentsRefused'
    | 'clientDocumentStaleMs'
  >;
};

export type DocumentClients = { find(id: string, source: string): Promise<Result<RegisteredClient, ClientRefusal>> };

/** The host may be well a moment later; what it said before still counts. */
const PASSING: ReadonlySet<string> = new Set<DocumentFault>(['unresolved', 'unreachable', 'too_slow', 'status']);

const FAULTS: Readonly<Record<DocumentFault, string>> = {
  unresolved: 'its host has no address',
  address_refused: 'its host is not on the public Internet',
  unreachable: 'its host cannot be reached',
  too_slow: 'its host takes too long',
  redirected: 'its host answers with a redirect, which is not followed',
  status: 'its host does not give it',
  gone: 'it is not there',
  content_type: 'it is not sent as application/json',
  content_coding: 'it is sent with a content coding',
  too_large: 'it is too large',
};

const refusal = (reason: string, says: string): ClientRefusal => ({
  error: 'invalid_client',
  reason,
  says: `The client's document cannot be used: ${says}.`,
});
const BUSY: ClientRefusal = {
  error: 'temporarily_unavailable',
  reason: 'document_rate_limited',
  says: 'Too many documents of clients are being asked for; try again in a minute.',
};

/** `max-age` as far as it is believed (RFC 9111 section 5.2.2.1). */
function freshMs(
  cacheControl: string | undefined,
  { clientDocumentFreshMsMin, clientDocumentFreshMsMax }: DocumentClientsParts['limits'],
): number {
  const seconds = /(?:^|,)\s*max-age\s*=\s*"?(\d{1,9})/i.exec(cacheControl ?? '')?.[1];
  const said = seconds === undefined ? clientDocumentFreshMsMin : Number(seconds) * 1_000;
  return Math.min(Math.max(said, clientDocumentFreshMsMin), clientDocumentFreshMsMax);
}

type Fault = { readonly refusal: ClientRefusal; readonly isPassing: boolean };
type Renewed = Promise<Result<RegisteredClient, Fault>>;

export function createDocumentClients(parts: DocumentClientsParts): DocumentClients {
  const { policy, store, limits, clock, monotonic } = parts;
  const refused = new Map<string, Fault & { readonly untilMs: number }>();
  const fetching = new Map<string, Renewed>();

  const refuse = (id: string, { refusal: why, isPassing }: Fault): void => {
    // The oldest goes: a Map keeps the order in which its keys came.
    const [oldest] = refused.keys();
    if (refused.size >= limits.clientDocumentsRefused && oldest !== undefined) refused.delete(oldest);
    refused.set(id, { refusal: why, isPassing, untilMs: monotonic() + limits.clientDocumentRefusedMs });
  };

  const metadataAt = async (
    id: string,
    url: URL,
  ): Promise<Result<{ metadata: ClientMetadata; freshUntilMs: number }, Fault>> => {
    const definite = (reason: string, says: string) => err({ refusal: refusal(reason, says), isPassing: false });
    const fetched = await parts.fetchDocument(url);
    if (!fetched.ok)
      return err({
        refusal: refusal(`document_${fetched.error}`, FAULTS[fetched.error]),
        isPassing: PASSING.has(fetched.error),
      });
    const members = readMembers(fetched.value.bytes);
    if (!members.ok) return definite(`document_${members.error.reason}`, members.error.says);
    // Section 4.1: else one host could speak for another's client.
    if (members.value['client_id'] !== id)
      return definite('document_client_id', 'client_id in it is not its own address');
    const metadata = parseClientMetadata(members.value, { documentUrl: id, knownNames: parts.knownNames });
    if (!metadata.ok) return definite(`document_${metadata.error.reason}`, metadata.error.says);
    return ok({ metadata: metadata.value, freshUntilMs: clock() + freshMs(fetched.value.cacheControl, limits) });
  };

  const renew = async (id: string, url: URL, before: RegisteredClient | undefined, source: string): Renewed => {
    const read = await metadataAt(id, url);
    if (!read.ok) return read;
    const { metadata, freshUntilMs } = read.value;
    const unavailable = (reason: string) =>
      err({
        refusal: { ...BUSY, reason, says: 'The client cannot be kept at this moment; try again later.' },
        isPassing: true,
      });
    const isChanged = before !== undefined && profileOf(before.metadata) !== profileOf(metadata);
    if ((before === undefined || isChanged) && !(await parts.record({ id, metadata }, source, before === undefined)))
      return unavailable('audit_unavailable');
    const nowMs = clock();
    const client = {
      id,
      kind: 'document' as const,
      metadata,
      secretDigest: undefined,
      createdAtMs: before?.createdAtMs ?? nowMs,
      freshUntilMs,
      fetchedAtMs: nowMs,
    };
    try {
      const kept = await store.keep({ ...client, source: parts.sourceDigest(source) });
      if (kept !== 'kept') return unavailable(`document_${kept}`);
    } catch {
      return unavailable('state_unavailable');
    }
    refused.delete(id);
    return ok(store.find(id, nowMs) ?? { ...client, usedAtMs: undefined, askedAtMs: undefined, decision: undefined });
  };

  const fetchOnce = (id: string, url: URL, before: RegisteredClient | undefined, source: string): Renewed => {
    const underWay = fetching.get(id);
    if (underWay !== undefined) return underWay;
    const renewing = renew(id, url, before, source).finally(() => fetching.delete(id));
    fetching.set(id, renewing);
    return renewing;
  };

  return {
    async find(id, source) {
      const url = parseDocumentUrl(id, parts.urls);
      if (!url.ok) return err(refusal(`document_url_${url.error}`, 'its address is not one that is asked for'));
      if (!mayBeWelcome(url.value.hostname, policy))
        return err(refusal('document_host', 'clients of its host are not welcome here'));
      const found = store.find(id, clock());
      const before = found?.kind === 'document' ? found : undefined;
      if (before !== undefined && (before.freshUntilMs > clock() || before.decision?.is === 'denied'))
        return ok(before);
      const isUsable = before !== undefined && before.fetchedAtMs + limits.clientDocumentStaleMs > clock();
      const known = refused.get(id);
      if (known !== undefined && known.untilMs > monotonic())
        return known.isPassing && isUsable ? ok(before) : err(known.refusal);
      const isBusy = fetching.size >= limits.clientDocumentFetches || parts.rate.take(source, monotonic()) > 0;
      if (isBusy && !fetching.has(id)) return isUsable ? ok(before) : err(BUSY);
      const renewed = await fetchOnce(id, url.value, before, source);
      if (renewed.ok) return renewed;
      refuse(id, renewed.error);
      return renewed.error.isPassing && isUsable ? ok(before) : err(renewed.error.refusal);
    },
  };
}
