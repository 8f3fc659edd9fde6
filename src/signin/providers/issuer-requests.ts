/**
 * How openid-client reaches an issuer: by the issuer's own way (proxy, authorities), to trustworthy addresses alone, no
 * redirect followed, no answer longer than bounded. Refuses to know what is asked.
 */
import { isTrustworthyJwksUri } from '#identity/issuer-url.ts';
import type { Limits } from '#limits.ts';

export type ProviderRequest = {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
  readonly body?: string;
};
/** The part of WHATWG `fetch` that is used; made in src/bin with the issuer's dispatcher. */
export type ProviderFetch = (url: string, init: ProviderRequest) => Promise<Response>;

/** What openid-client hands to its `customFetch`. */
export type AskedFetch = {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

const bodyText = (body: unknown): string | undefined => {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('a body of another kind');
};

/** Statuses that have no body (Fetch section 2.2.3): a `Response` with one cannot be made. */
const BODILESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

export function createIssuerRequests(
  issuer: string,
  fetch: ProviderFetch,
  limits: Pick<Limits, 'issuerDocumentBytes' | 'issuerFetchMs'>,
): (url: string, asked: AskedFetch) => Promise<Response> {
  return async (url, { method, headers, body, signal }) => {
    // As with keys: an issuer reached over TLS cannot send us to plain http.
    if (!isTrustworthyJwksUri(url, issuer)) throw new TypeError('an address that is not to be trusted');
    const text = bodyText(body);
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(limits.issuerFetchMs), ...(signal === undefined ? [] : [signal])]),
      ...(text === undefined ? {} : { body: text }),
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      // Leaving the loop cancels the rest.
      if (bytes > limits.issuerDocumentBytes) throw new TypeError('an answer that is too long');
      chunks.push(chunk);
    }
    const answer = BODILESS.has(response.status) ? null : Buffer.concat(chunks);
    return new Response(answer, { status: response.status, headers: [...response.headers] });
  };
}
