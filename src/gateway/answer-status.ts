/**
 * The HTTP status of an answer. A server behind HTTP has given it one; for a server that is a process the gateway is the HTTP
 * endpoint, and owes a modern client the status that belongs to an error of the protocol (2026-07-28, Streamable HTTP, Protocol
 * Version Header and Server Validation; schema, MissingRequiredClientCapabilityError).
 */
import type { AnswerRecorded } from '#gateway/call.ts';
import { member } from '#mcp/json.ts';

const STATUS: ReadonlyMap<number, number> = new Map([
  [-32_601, 404],
  [-32_020, 400],
  [-32_021, 400],
  [-32_022, 400],
]);

export function answerStatus({ call, message }: Pick<AnswerRecorded, 'call' | 'message'>): number {
  const { status } = call.answer;
  if (call.connection.transport !== 'pipe' || call.era !== 'modern') return status;
  if (message.kind !== 'response' || message.outcome.type !== 'error') return status;
  const code = member(message.outcome.node, 'code');
  return (code?.kind === 'number' ? STATUS.get(Number(code.text)) : undefined) ?? status;
}
