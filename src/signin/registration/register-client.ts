/**
 * The registration endpoint (RFC 7591): a stranger gets a client id, and with it nothing but the right to ask people. Bounded
 * for each network address and in all; recorded before it is kept. There is no management of registrations (RFC 7592): a client
 * that has changed registers anew.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseClientMetadata, readMembers } from '#oauth/client-metadata.ts';
import type { ClientMetadata, MetadataFault } from '#oauth/client-metadata.ts';
import type { ClientKeys } from '#oauth/client-keys.ts';
import { judgeClient } from '#oauth/client-policy.ts';
import type { ClientPolicy } from '#oauth/client-policy.ts';
import type { ClientStore } from '#oauth/client-store.ts';
import { redirectPlace } from '#oauth/redirect-uri.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { registrationAnswer } from '#signin/registration/library-metadata.ts';
import type { SourceRate } from '#signin/registration/source-rate.ts';

export type RegisterParts = {
  readonly policy: ClientPolicy;
  readonly knownNames: readonly string[];
  readonly keys: ClientKeys;
  readonly rate: SourceRate;
  readonly store: Pick<ClientStore, 'keep'>;
  readonly record: (
    client: { readonly id: string; readonly metadata: ClientMetadata },
    source: string,
  ) => Promise<boolean>;
  readonly noteRefusal: (source: string, reason: string) => void;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly random: (count: number) => Buffer;
};

type Fault = Pick<MetadataFault, 'reason' | 'says'> & {
  readonly status: number;
  readonly error: MetadataFault['error'] | 'invalid_request' | 'temporarily_unavailable';
  readonly retryAfterMs?: number;
};

const ID_BYTES = 16;
const SECRET_BYTES = 32;
const RETRY_MS = 5_000;
const JSON_TYPE = /^application\/json(?:\s*;\s*charset=utf-8)?$/i;

const invalid = (reason: string, says: string, status = 400): Result<never, Fault> =>
  err({ status, error: 'invalid_request', reason, says });
const unavailable = (reason: string, says: string, retryAfterMs = RETRY_MS, status = 503): Result<never, Fault> =>
  err({ status, error: 'temporarily_unavailable', reason, says, retryAfterMs });

async function bodyOf(request: IncomingMessage): Promise<Result<Buffer, Fault>> {
  const { headers } = request;
  if (!JSON_TYPE.test(headers['content-type'] ?? '') || headers['content-encoding'] !== undefined)
    return invalid('content_type', 'the body must be application/json without a content encoding', 415);
  const tooLarge = invalid('too_large', `the body is larger than ${LIMITS.clientMetadataBytes} bytes`, 413);
  if (Number(headers['content-length'] ?? 0) > LIMITS.clientMetadataBytes) return tooLarge;
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > LIMITS.clientMetadataBytes) return tooLarge;
      pieces.push(piece);
    }
  } catch {
    return invalid('cut_short', 'the body did not come whole');
  }
  return ok(Buffer.concat(pieces));
}

/** Which part of it is not welcome, for whoever has to ask the operator. */
const unwelcome = ({ redirects }: ClientMetadata): string =>
  `the operator of this gateway welcomes no clients with these redirect URIs: ${[...new Set(redirects.map(redirectPlace))].join(', ')}`;

async function registerClient(
  request: IncomingMessage,
  source: string,
  parts: RegisterParts,
): Promise<Result<Readonly<Record<string, unknown>>, Fault>> {
  const waitMs = parts.rate.take(source, parts.monotonic());
  if (waitMs > 0) return unavailable('rate_limited', 'too many clients register at once', waitMs, 429);
  const body = await bodyOf(request);
  if (!body.ok) return body;
  const members = readMembers(body.value);
  if (!members.ok) return err({ status: 400, ...members.error });
  const metadata = parseClientMetadata(members.value, { documentUrl: undefined, knownNames: parts.knownNames });
  if (!metadata.ok) return err({ status: 400, ...metadata.error });
  if (judgeClient({ documentHost: undefined, redirects: metadata.value.redirects }, parts.policy) === 'deny')
    return err({ status: 400, error: 'invalid_redirect_uri', reason: 'policy', says: unwelcome(metadata.value) });
  return keep(metadata.value, source, parts);
}

async function keep(
  metadata: ClientMetadata,
  source: string,
  parts: RegisterParts,
): Promise<Result<Readonly<Record<string, unknown>>, Fault>> {
  const id = `c-${parts.random(ID_BYTES).toString('hex')}`;
  const hasSecret = metadata.auth === 'client_secret_basic' || metadata.auth === 'client_secret_post';
  const secret = hasSecret ? parts.random(SECRET_BYTES).toString('base64url') : undefined;
  if (!(await parts.record({ id, metadata }, source)))
    return unavailable('audit_unavailable', 'the registration cannot be recorded');
  const nowMs = parts.clock();
  try {
    const kept = await parts.store.keep({
      id,
      kind: 'registered',
      metadata,
      secretDigest: secret === undefined ? undefined : parts.keys.secretDigest(secret),
      createdAtMs: nowMs,
      freshUntilMs: 0,
      fetchedAtMs: 0,
      source: parts.keys.sourceDigest(source),
    });
    if (kept !== 'kept') return unavailable(`clients_${kept}`, 'there is no room for another client');
  } catch {
    return unavailable('state_unavailable', 'the registration cannot be kept');
  }
  return ok(registrationAnswer({ id, metadata, secret }, nowMs));
}

/** Anyone may register from anywhere, and nothing a browser adds by itself counts: so any page may ask. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type, mcp-protocol-version',
  'access-control-max-age': '3600',
};

export async function serveRegistration(
  request: IncomingMessage,
  response: ServerResponse,
  source: string,
  parts: RegisterParts,
): Promise<void> {
  for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
  if (request.method === 'OPTIONS') {
    response.writeHead(204).end();
    return;
  }
  const registered =
    request.method === 'POST'
      ? await registerClient(request, source, parts)
      : invalid('method', 'a client registers with POST', 405);
  if (!registered.ok) parts.noteRefusal(source, registered.error.reason);
  const text = JSON.stringify(
    registered.ok ? registered.value : { error: registered.error.error, error_description: registered.error.says },
  );
  response.writeHead(registered.ok ? 201 : registered.error.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    pragma: 'no-cache',
    ...(registered.ok || registered.error.retryAfterMs === undefined
      ? {}
      : { 'retry-after': String(Math.ceil(registered.error.retryAfterMs / 1_000)) }),
    ...(request.method === 'POST' ? {} : { allow: 'POST, OPTIONS' }),
  });
  response.end(text);
}
