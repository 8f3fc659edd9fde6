/** Why a caller may not do what it asks for, as the API says it. */
import type { ApiRefusal } from '#api/call.ts';
import type { DutyFault } from '#policy/duties.ts';
import { unreachable } from '#result.ts';

export function dutyRefusal(fault: DutyFault): ApiRefusal {
  switch (fault) {
    case 'no_role':
      return { code: 'forbidden', reason: fault };
    case 'auditor':
      return { code: 'forbidden', reason: fault, detail: 'an auditor changes nothing', executed: 'no' };
    case 'own_matter':
      return { code: 'forbidden', reason: fault, detail: 'nobody decides a matter of their own', executed: 'no' };
    default:
      return unreachable(fault);
  }
}
