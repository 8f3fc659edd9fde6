/** What of a server's event goes down beside its data: its id, sealed, and the time after which to come back. */
import type { Exchange } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { bindingOf } from '#gateway/session-binding.ts';
import type { UpstreamMessage } from '#upstream/port.ts';

export type EventFields = { readonly id?: string | undefined; readonly retryMs?: number | undefined };

const NONE: EventFields = {};

/** Only the legacy era resumes (MCP 2026-07-28, Streamable HTTP, has neither ids nor GET). */
export function eventFields(call: Exchange, sse: UpstreamMessage['sse'], gateway: Gateway): EventFields {
  if (sse === undefined || call.era === 'modern' || (sse.id === undefined && sse.retryMs === undefined)) return NONE;
  const { id: upstreamId, retryMs } = sse;
  if (upstreamId === undefined || upstreamId === '') return { id: upstreamId, retryMs };
  const asked = call.message?.kind === 'request' ? call.id : undefined;
  return { id: gateway.eventIds.seal(bindingOf(call), { call: asked, upstreamId }), retryMs };
}
