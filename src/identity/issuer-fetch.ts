/**
 * Gets one document of an issuer: bounded in time and size, no redirect followed, nothing sent but the question.
 * Refuses to know what the document says.
 */
import { isTrustworthyUrl } from '#identity/issuer-url.ts';
import type { Limits } from '#limits.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';

/** The part of WHATWG `fetch` that is used, so that a test or a proxy-aware dispatcher can stand in. */
export type IssuerFetch = (url: string, init: IssuerFetchInit) => Promise<Response>;
export type IssuerFetchInit = {
  readonly method: 'GET';
  readonly redirect: 'manual';
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
};

export type FetchFault =
  | { readonly reason: 'url_refused' | 'unreachable' | 'redirected' | 'too_large' | 'timed_out' | 'stopped' }
  | { readonly reason: 'status'; readonly status: number };

export type FetchPorts = {
  readonly fetch: IssuerFetch;
  readonly limits: Pick<Limits, 'issuerDocumentBytes'>;
  /**
   * Aborted with the reason `TIMED_OUT` when time is up, with any other when the gateway stops. It covers connecting,
   * headers and body together, so that a body that trickles is cut as well.
   */
  readonly signal: AbortSignal;
};

export const TIMED_OUT = 'timed out';

export async function fetchIssuerDocument(url: string, ports: FetchPorts): Promise<Result<Buffer, FetchFault>> {
  const { fetch, limits, signal } = ports;
  if (!isTrustworthyUrl(url)) return err({ reason: 'url_refused' });
  try {
    const response = await fetch(url, {
      method: 'GET',
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal,
    });
    return await readBody(response, limits.issuerDocumentBytes);
  } catch {
    // The cause may quote the address or a proxy's answer; the reason is enough to act on.
    if (!signal.aborted) return err({ reason: 'unreachable' });
    return err({ reason: signal.reason === TIMED_OUT ? 'timed_out' : 'stopped' });
  }
}

async function readBody(response: Response, bytesMax: number): Promise<Result<Buffer, FetchFault>> {
  const refuse = async (fault: FetchFault): Promise<Result<Buffer, FetchFault>> => {
    await response.body?.cancel();
    return err(fault);
  };
  // A redirect would let one compromised path on the issuer's host hand the keys to another host.
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    return refuse({ reason: 'redirected' });
  }
  if (response.status !== 200) return refuse({ reason: 'status', status: response.status });
  if (Number(response.headers.get('content-length') ?? 0) > bytesMax) return refuse({ reason: 'too_large' });

  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Counted after content decoding: a small compressed body may be a large document.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return err({ reason: 'too_large' });
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks));
}
