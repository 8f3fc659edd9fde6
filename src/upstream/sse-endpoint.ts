/**
 * The address an HTTP+SSE server names for messages (MCP 2024-11-05, HTTP with SSE). Where messages and the credential
 * go is decided by the configuration: another origin, however it is spelled, is refused.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type EndpointFault = 'endpoint_too_long' | 'endpoint_not_a_url' | 'endpoint_other_origin';

/** The URL parser drops or mends these; a server that sends them means something else than what would be asked for. */
const MENDED = /[^\x21-\x7e]|\\/;

/** The path with its query, as asked for. It names the server's session: a secret. */
export function endpointPath(named: Buffer, stream: URL, charsMax: number): Result<string, EndpointFault> {
  if (named.length > charsMax) return err('endpoint_too_long');
  const text = named.toString('latin1');
  const url = MENDED.test(text) ? null : URL.parse(text, stream);
  if (url === null) return err('endpoint_not_a_url');
  // The origin of a blob: URL is that of the URL inside it.
  if (url.protocol !== stream.protocol || url.origin !== stream.origin) return err('endpoint_other_origin');
  if (url.username !== '' || url.password !== '') return err('endpoint_other_origin');
  return ok(url.pathname + url.search);
}
