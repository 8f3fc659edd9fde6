/** A client of the old HTTP+SSE transport opens its stream: the session it is, not yet known to anybody. */
import type { Connected, ListenAsked } from '#gateway/call.ts';
import { endpointAddress } from '#gateway/endpoint-address.ts';
import { createEndpointStream } from '#gateway/endpoint-stream.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { ok } from '#result.ts';
import type { Result } from '#result.ts';

export function beginEndpoint(call: Connected, gateway: Gateway): Result<ListenAsked, Refusal> {
  const candidate = gateway.sessions.candidate(undefined, undefined);
  const address = endpointAddress(call.connection.url, candidate.wireId ?? '');
  const endpoint = createEndpointStream(call.reply, call.gone, address);
  return ok({
    ...call,
    reply: endpoint.reply,
    era: 'legacy',
    protocol: call.headers.get('mcp-protocol-version')?.[0],
    session: { ...candidate, endpoint },
    secrets: gateway.masker.secretsOf([call.token, ...call.connection.secrets]),
    message: undefined,
    resumes: undefined,
  });
}
