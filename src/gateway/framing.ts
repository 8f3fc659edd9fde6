/**
 * Requests that node's parser takes and that an intermediary may read in another way (RFC 9112 sections 3.2, 6.1 and 11.2):
 * where one ends, or which host and version it names. They are refused before anything of them is believed.
 */
import type { IncomingMessage } from 'node:http';
import type { Headers } from '#gateway/call.ts';

export type FramingFault = 'http_version' | 'host' | 'transfer_encoding';

export function framingFault(
  { httpVersion }: Pick<IncomingMessage, 'httpVersion'>,
  headers: Headers,
): FramingFault | undefined {
  // Node takes a request line without a version, and one that says 2.0.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'http_version';
  if ((headers.get('host') ?? []).length > 1) return 'host';
  const codings = headers.get('transfer-encoding') ?? [];
  if (codings.length === 0) return undefined;
  // HTTP/1.0 knows no chunks: what does not know them either sees the body as the next request.
  const isPlain = httpVersion === '1.1' && codings.length === 1 && codings[0]?.toLowerCase() === 'chunked';
  return isPlain ? undefined : 'transfer_encoding';
}
