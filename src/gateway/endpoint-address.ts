/**
 * The address a client of the old HTTP+SSE transport is told to send its messages to (MCP 2024-11-05, HTTP with SSE): the
 * connection's own, with the id of the session in the query, where clients of that transport keep it. It is as secret as
 * an `Mcp-Session-Id` and opens nothing by itself: each message is its caller's by its token.
 */
const PARAMETER = 'session';

/** A path, so that it stays on the origin the client came by. `url` is the connection's, as clients know it. */
export const endpointAddress = (url: string, wireId: string): string =>
  `${new URL(url).pathname}?${PARAMETER}=${encodeURIComponent(wireId)}`;

/** Every session the address of a request names. */
export function endpointIdsOf(requestUrl: string | undefined): readonly string[] {
  const at = requestUrl?.indexOf('?') ?? -1;
  return at === -1 ? [] : new URLSearchParams(requestUrl?.slice(at)).getAll(PARAMETER);
}
