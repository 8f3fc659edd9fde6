/** To the MCP server, once. What it answers arrives message by message and is not trusted yet. */
import type { Credentialed, Forwarded } from '#gateway/call.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { UpstreamFault } from '#upstream/port.ts';

export function upstreamRefusal(fault: UpstreamFault, idText: string | undefined): Refusal {
  if (fault.reason === 'session_lost') return { code: 'unknown_session', reason: fault.reason, idText };
  return { code: fault.code, reason: fault.reason, executed: fault.executed };
}

export async function forward(call: Credentialed): Promise<Result<Forwarded, Refusal>> {
  const answer = await call.connection.upstream.exchange(call.sendable);
  if (!answer.ok && call.era === 'modern' && call.gone.aborted)
    return err({ code: 'client_gone', reason: 'disconnected' });
  return answer.ok
    ? ok({ ...call, answer: answer.value })
    : err(upstreamRefusal(answer.error, call.message.kind === 'request' ? call.message.idText : undefined));
}
