/**
 * A page of signing in, as plain data: the path it answers and what it answers with. Parts of the surface bring lists of
 * routes; app.ts finds the one that is meant. Refuses to know what any page does.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Headers } from '#gateway/call.ts';
import type { SignInParts } from '#signin/parts.ts';
import type { Result } from '#result.ts';

/** One request of a browser. */
export type Visit = {
  /** 26 characters of base32, as of a call. */
  readonly id: string;
  /** Peer address, or the trusted proxy's word for it. */
  readonly source: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Values of the path's `:name` segments. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** By name; of two with one name neither counts, since a neighbouring host may have planted one (RFC 6265 section 8.6). */
  readonly cookies: ReadonlyMap<string, string>;
  /** The fields of a form, read once and bounded. */
  readonly form: () => Promise<Result<URLSearchParams, 'content_type' | 'too_large' | 'cut_short'>>;
  /** For the authorization server's own library alone. */
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
};

export type SignInAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
};

export type SignInRoute = {
  readonly method: 'GET' | 'POST';
  /** `/signin/interaction/:uid`; a segment with a colon is any one segment. */
  readonly path: string;
  /** `'sent'`: it has answered by itself. */
  serve(visit: Visit, parts: SignInParts): SignInAnswer | 'sent' | Promise<SignInAnswer | 'sent'>;
};

export const redirect = (location: string, headers: SignInAnswer['headers'] = {}): SignInAnswer => ({
  status: 303,
  headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', ...headers, location },
  body: '',
});

/** What the path gives for the names of the pattern; undefined when it is another path. */
export function paramsOf(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const value = given[at] ?? '';
    if (segment.startsWith(':') && value !== '') params[segment.slice(1)] = value;
    else if (segment !== value) return undefined;
  }
  return params;
}
