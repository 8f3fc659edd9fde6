/** One request of a browser, as pages and the authorization server see it. Plain data. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Headers } from '#gateway/call.ts';
import type { Result } from '#result.ts';

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
  /** The body as it came, read once and bounded; `form` reads the same. */
  readonly bytes: () => Promise<Result<Buffer, 'too_large' | 'cut_short'>>;
  /** The fields of a form. */
  readonly form: () => Promise<Result<URLSearchParams, 'content_type' | 'too_large' | 'cut_short'>>;
  /** For the authorization server's own library alone. */
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
};
