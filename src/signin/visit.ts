/** One request of a browser, read as far as pages need it: cookies, a form, and whether another site sent it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressOf } from '#api/limit-source.ts';
import type { Headers } from '#gateway/call.ts';
import { headersOf } from '#gateway/steps/receive.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { SignInParts } from '#signin/parts.ts';
import type { Visit } from '#signin/route.ts';

/** RFC 6265 section 4.1.1. */
const COOKIE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128})="?([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{0,4096})"?$/;

/** A name that comes twice is left out: a neighbouring host may have planted the other (RFC 6265 section 8.6). */
export function cookiesOf(headers: Headers): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  const doubtful = new Set<string>();
  for (const pair of (headers.get('cookie') ?? []).flatMap((line) => line.split(';'))) {
    const [, name, value] = COOKIE.exec(pair.trim()) ?? [];
    if (name === undefined || value === undefined) continue;
    if (cookies.has(name)) doubtful.add(name);
    cookies.set(name, value);
  }
  for (const name of doubtful) cookies.delete(name);
  return cookies;
}

const FORM = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?$/i;

export async function readBytes(
  incoming: IncomingMessage,
  bytesMax: number,
): Promise<Result<Buffer, 'too_large' | 'cut_short'>> {
  if (Number(incoming.headers['content-length'] ?? 0) > bytesMax) return err('too_large');
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of incoming as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > bytesMax) return err('too_large');
      pieces.push(piece);
    }
  } catch {
    return err('cut_short');
  }
  return ok(Buffer.concat(pieces));
}

/** `bytes`: of the body. */
export async function readForm(
  { headers }: Pick<IncomingMessage, 'headers'>,
  bytes: Visit['bytes'],
): Promise<Result<URLSearchParams, 'content_type' | 'too_large' | 'cut_short'>> {
  if (!FORM.test(headers['content-type'] ?? '') || headers['content-encoding'] !== undefined)
    return err('content_type');
  const body = await bytes();
  return body.ok ? ok(new URLSearchParams(body.value.toString('utf8'))) : body;
}

/**
 * A form that another site made this browser send. `Sec-Fetch-Site` says so outright; `Origin` is `null` on our own pages
 * too, since they send no referrer (Fetch, "append a request Origin header"). What sends neither is no browser.
 */
export function isForeignPost({ method, headers }: Pick<Visit, 'method' | 'headers'>, publicUrl: string): boolean {
  if (method !== 'POST') return false;
  const origins = headers.get('origin') ?? [];
  const sites = headers.get('sec-fetch-site') ?? [];
  if (sites.length === 0) return origins.some((origin) => origin !== publicUrl);
  return (
    sites.some((site) => site !== 'same-origin') || origins.some((origin) => origin !== publicUrl && origin !== 'null')
  );
}

export function arrive(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  path: string,
  parts: Pick<SignInParts, 'newId' | 'proxies' | 'limits'>,
): Visit {
  const headers = headersOf(incoming.rawHeaders);
  const target = incoming.url ?? '';
  const at = target.indexOf('?');
  let form: ReturnType<Visit['form']> | undefined;
  let body: ReturnType<Visit['bytes']> | undefined;
  const { signInFormBytes, slackInteractionBytes } = parts.limits;
  const bytesMax = path.startsWith('/slack/') ? slackInteractionBytes : signInFormBytes;
  const bytes = (): ReturnType<Visit['bytes']> => (body ??= readBytes(incoming, bytesMax));
  return {
    id: parts.newId(),
    source: addressOf(incoming, parts),
    method: incoming.method === 'POST' ? 'POST' : 'GET',
    path,
    params: {},
    query: new URLSearchParams(at < 0 ? '' : target.slice(at + 1)),
    headers,
    cookies: cookiesOf(headers),
    bytes,
    form: () => (form ??= readForm(incoming, bytes)),
    incoming,
    outgoing,
  };
}
