/** Whether there still is somebody to answer. After the end of the token only the answer itself passes, for a while. */
import type { Understood } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { exchangeEndOf, exchangeLapseOf } from '#gateway/lasting.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function recheckAnswer(understood: Understood, gateway: Gateway): Result<Understood, Refusal> {
  const { call, role } = understood;
  // Recorded as late, never released.
  if (role === 'late') return ok(understood);
  const end = role === 'final' ? exchangeEndOf(call, gateway, 'unknown') : exchangeLapseOf(call, gateway, 'unknown');
  return end === undefined ? ok(understood) : err(end);
}
