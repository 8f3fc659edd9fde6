/** Whether the caller still is somebody, after all that may have waited: the body, a person's yes. The last look before the intent. */
import type { Approved } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { lapseOf } from '#gateway/tenure.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function recheckCaller(call: Approved, gateway: Gateway): Result<Approved, Refusal> {
  const lapse = lapseOf(call, gateway, 'no');
  return lapse === undefined ? ok(call) : err(lapse);
}
