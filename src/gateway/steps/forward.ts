/** To the MCP server, once. What it answers arrives message by message and is not trusted yet. */
import type { Credentialed, Forwarded } from '#gateway/call.ts';
import { cutShortBy } from '#gateway/cut-short.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { endOf, lapseOf } from '#gateway/tenure.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { UpstreamFault } from '#upstream/port.ts';

export function upstreamRefusal(fault: UpstreamFault, idText: string | undefined): Refusal {
  if (fault.reason === 'session_lost') return { code: 'unknown_session', reason: fault.reason, idText };
  const { code, reason, executed, refusedWith } = fault;
  return { code, reason, executed, ...(refusedWith === undefined ? {} : { refusedWith }) };
}

export async function forward(call: Credentialed, gateway: Gateway): Promise<Result<Forwarded, Refusal>> {
  // The intent's sync was a wait: whoever became nobody meanwhile has nothing sent for them.
  const lapse = lapseOf(call, gateway, 'no');
  if (lapse !== undefined) return err(lapse);
  const exchange = () => call.connection.upstream.exchange(call.sendable);
  const answer = await (call.exchange === undefined ? exchange() : call.exchange.during(exchange));
  if (answer.ok) return ok({ ...call, answer: answer.value });
  const end = endOf(call, gateway, answer.error.executed) ?? cutShortBy(gateway, answer.error.executed);
  if (end !== undefined) return err(end);
  if (call.era === 'modern' && call.gone.aborted) return err({ code: 'client_gone', reason: 'disconnected' });
  return err(upstreamRefusal(answer.error, call.message.kind === 'request' ? call.message.idText : undefined));
}
