/** What one network address may ask of the API before anybody knows who asks: the bounds and the counts are those of `/mcp`. */
import type { IncomingMessage } from 'node:http';
import type { ApiArrival, ApiRefusal } from '#api/call.ts';
import type { ApiParts } from '#api/parts.ts';
import { peerOf } from '#gateway/hop.ts';
import { sourceKey, sourceOf } from '#gateway/source.ts';
import { sourceFault } from '#gateway/steps/limit.ts';
import { headersOf } from '#gateway/steps/receive.ts';

/** The client's address, as far as it can be believed. */
export function addressOf(incoming: IncomingMessage, { proxies }: Pick<ApiParts, 'proxies'>): string {
  const forwarded = headersOf(incoming.rawHeaders).get('x-forwarded-for') ?? [];
  return sourceOf(peerOf(incoming), forwarded, proxies);
}

/** Counts the request, whatever it is for. Undefined when it may go on. */
export function limitSource(
  incoming: IncomingMessage,
  parts: Pick<ApiParts, 'identity' | 'limits' | 'monotonic' | 'proxies' | 'quotas' | 'refusals'>,
): ApiRefusal | undefined {
  const source = sourceKey(addressOf(incoming, parts));
  const { rawHeaders } = incoming;
  const fault = sourceFault({ sourceKey: source, startedMs: parts.monotonic(), rawHeaders }, parts);
  if (fault !== undefined) parts.refusals.note({ source, code: fault.code, reason: fault.reason, connection: '' });
  return fault;
}

/** Without a token none was refused: what a web page can make its reader's browser ask must not shut the reader out. */
export function countRefusedToken({ source }: ApiArrival, { fault }: ApiRefusal, parts: ApiParts): void {
  if (fault !== undefined && fault !== 'missing') parts.quotas.sources.refused(sourceKey(source), parts.monotonic());
}
