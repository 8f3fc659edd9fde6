/**
 * What the client wants to go on with: a `Last-Event-ID` that was given to exactly this session, or nothing. One that was made
 * up, changed, or given to somebody else never reaches the server (MCP 2025-11-25, Resumability and Redelivery).
 */
import type { ListenAsked, SessionFound } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { sessionBinding } from '#gateway/session-binding.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function findResumption(call: SessionFound, gateway: Gateway): Result<ListenAsked, Refusal> {
  const [lastId, ...more] = call.headers.get('last-event-id') ?? [];
  if (more.length === 0 && (lastId === undefined || lastId === '')) return ok({ ...call, resumes: undefined });
  const refused = (reason: string) => err<Refusal>({ code: 'invalid_request', reason, idText: undefined });
  const binding = sessionBinding(call, call.session.wireId);
  const resumes = more.length > 0 || lastId === undefined ? undefined : gateway.eventIds.open(binding, lastId);
  if (resumes === undefined) return refused('event_id');
  if (resumes.call !== undefined && !gateway.resumables.has(binding, resumes.call)) return refused('call_forgotten');
  return ok({ ...call, resumes });
}
