/**
 * Gets one document from a host that a stranger named. The name is resolved once, here; every address it has must be one that
 * may be asked, and the connection goes to one of exactly these, so that another answer a moment later (DNS rebinding) changes
 * nothing. TLS proves the name. No redirect is followed, nothing is sent but the question, and the whole is bounded in time
 * and bytes. Refuses to know what the document says.
 */
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { buildConnector, Client } from 'undici';
import type { Dispatcher } from 'undici';
import type { Limits } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { ProxyServer } from '#upstream/proxy-choice.ts';
import { tunnelConnector } from '#upstream/proxy-tunnel.ts';

export type FetchedDocument = {
  readonly bytes: Buffer;
  readonly cacheControl: string | undefined;
};

export type DocumentFault =
  | 'unresolved'
  | 'address_refused'
  | 'unreachable'
  | 'too_slow'
  | 'redirected'
  | 'status'
  | 'gone'
  | 'content_type'
  | 'content_coding'
  | 'too_large';

export type PinnedFetchParts = {
  /** Every address of a name; rejects when it has none. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly mayAsk: (address: string) => boolean;
  /** The proxy on the way there, if any. */
  readonly proxyOf: (url: URL) => ProxyServer | undefined;
  /** Hosts the operator named: behind a proxy, the proxy may resolve these itself. */
  readonly isVouchedFor: (host: string) => boolean;
  /** PEM of authorities that are trusted instead of Node's own. */
  readonly ca: string | undefined;
  readonly limits: Pick<Limits, 'clientDocumentMs' | 'clientDocumentHeaderBytes' | 'clientMetadataBytes'>;
};

type Reply = Dispatcher.ResponseData;

const CONTENT_TYPE = /^application\/(?:json|[a-z0-9.-]+\+json)(?:\s*;|$)/i;

/** Aborts with the time over, resolving included. */
export async function fetchPinned(url: URL, parts: PinnedFetchParts): Promise<Result<FetchedDocument, DocumentFault>> {
  const signal = AbortSignal.timeout(parts.limits.clientDocumentMs);
  const connector = await connectorTo(url, parts, signal);
  if (!connector.ok) return connector;
  const client = new Client(url.origin, {
    connect: connector.value,
    maxHeaderSize: parts.limits.clientDocumentHeaderBytes,
    headersTimeout: parts.limits.clientDocumentMs,
    bodyTimeout: parts.limits.clientDocumentMs,
    allowH2: false,
    pipelining: 1,
  });
  try {
    const reply = await client.request({
      method: 'GET',
      path: `${url.pathname}${url.search}`,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'gatebook' },
      signal,
    });
    return await read(reply, parts.limits.clientMetadataBytes);
  } catch {
    // What went wrong may quote addresses; a stranger who asked for them learns nothing but that it did not work.
    return err(signal.aborted ? 'too_slow' : 'unreachable');
  } finally {
    // Not `close`: what was refused may still be coming.
    await client.destroy().catch(() => undefined);
  }
}

async function connectorTo(
  url: URL,
  parts: PinnedFetchParts,
  signal: AbortSignal,
): Promise<Result<buildConnector.connector, DocumentFault>> {
  const proxy = parts.proxyOf(url);
  const timeoutMs = parts.limits.clientDocumentMs;
  const tls = parts.ca === undefined ? {} : { ca: parts.ca };
  // Where all traffic leaves through a proxy, this machine may be unable to resolve public names at all.
  if (proxy !== undefined && parts.isVouchedFor(url.hostname)) return ok(tunnelConnector(proxy, tls, timeoutMs));
  const addresses = await checkedAddresses(url.hostname, parts, signal);
  if (!addresses.ok) return addresses;
  const [first = ''] = addresses.value;
  if (proxy !== undefined) return ok(pinnedTunnel(tunnelConnector(proxy, tls, timeoutMs), first));
  return ok(
    buildConnector({
      timeout: timeoutMs,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...tls,
      lookup: pinnedLookup(addresses.value),
    }),
  );
}

/** One address that may not be asked spoils all: whoever serves it hopes that it is the one taken. */
async function checkedAddresses(
  host: string,
  { resolve, mayAsk }: PinnedFetchParts,
  signal: AbortSignal,
): Promise<Result<readonly string[], DocumentFault>> {
  const over = Promise.withResolvers<'over'>();
  const end = (): void => over.resolve('over');
  signal.addEventListener('abort', end, { once: true });
  try {
    const addresses = await Promise.race([resolve(host).catch(() => []), over.promise]);
    if (addresses === 'over') return err('too_slow');
    if (addresses.length === 0) return err('unresolved');
    return addresses.every(mayAsk) ? ok(addresses) : err('address_refused');
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/**
 * Gives what was checked, whatever the system would say by now. Later, as a resolver does: an address without a route fails at
 * once, and before `connect` has returned nobody listens to that failure.
 */
const pinnedLookup =
  (addresses: readonly string[]): LookupFunction =>
  (_host, { all }, callback) => {
    const given = addresses.map((address) => ({ address, family: isIP(address) }));
    const [first] = given;
    process.nextTick(() => {
      if (all === true || first === undefined) callback(null, given);
      else callback(null, first.address, first.family);
    });
  };

/** The proxy is asked for the checked address; TLS and the Host field name the host. */
const pinnedTunnel =
  (tunnel: buildConnector.connector, address: string): buildConnector.connector =>
  (options, callback) =>
    tunnel(
      {
        ...options,
        hostname: isIP(address) === 6 ? `[${address}]` : address,
        servername: options.servername ?? options.hostname,
      },
      callback,
    );

async function read(
  { statusCode, headers, body }: Reply,
  bytesMax: number,
): Promise<Result<FetchedDocument, DocumentFault>> {
  // Bodies that are not read end with the connection.
  body.once('error', () => undefined);
  if (statusCode >= 300 && statusCode < 400) return err('redirected');
  // A no of the host itself, where anything else may pass.
  if (statusCode === 404 || statusCode === 410) return err('gone');
  if (statusCode !== 200) return err('status');
  const type = headers['content-type'];
  if (typeof type !== 'string' || !CONTENT_TYPE.test(type)) return err('content_type');
  // Asked for as it is: what comes compressed all the same could be many times as large.
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') return err('content_coding');
  if (Number(headers['content-length'] ?? 0) > bytesMax) return err('too_large');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return err('too_large');
    chunks.push(chunk);
  }
  const cacheControl = headers['cache-control'];
  return ok({
    bytes: Buffer.concat(chunks),
    cacheControl: typeof cacheControl === 'string' ? cacheControl : undefined,
  });
}
