/** Why a caller may not do what it asks for, as the API says it. */
import type { ApiRefusal } from '#api/call.ts';
import type { DutyFault } from '#policy/duties.ts';
import { unreachable } from '#result.ts';

const RETRY_MS = 5_000;

export function dutyRefusal(fault: DutyFault | 'break_glass_unreadable'): ApiRefusal {
  switch (fault) {
    case 'no_role':
      return { code: 'forbidden', reason: fault };
    case 'auditor':
      return { code: 'forbidden', reason: fault, detail: 'an auditor changes nothing', executed: 'no' };
    case 'own_matter':
      return { code: 'forbidden', reason: fault, detail: 'nobody decides a matter of their own', executed: 'no' };
    case 'break_glass_unreadable':
      return { code: 'state_unavailable', reason: fault, retryAfterMs: RETRY_MS, executed: 'no' };
    default:
      return unreachable(fault);
  }
}
