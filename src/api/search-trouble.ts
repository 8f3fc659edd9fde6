/** What went wrong with a question to the index, as the API says it. */
import type { ApiRefusal } from '#api/call.ts';
import type { QueryFault } from '#events/event-query.ts';
import type { SearchTrouble } from '#events/searcher.ts';
import { unreachable } from '#result.ts';

const RETRY_MS = 1_000;

export const faultRefusal = ({ parameter, message, offset, expected }: QueryFault): ApiRefusal => ({
  code: 'invalid_parameter',
  reason: parameter,
  parameter,
  detail: message,
  ...(offset === undefined ? {} : { offset }),
  ...(expected === undefined ? {} : { expected }),
});

export function troubleRefusal({ reason }: SearchTrouble): ApiRefusal {
  switch (reason) {
    case 'too_costly':
      return { code: 'search_too_costly', reason };
    case 'closed':
      return { code: 'stopping', reason, retryAfterMs: RETRY_MS };
    case 'busy':
    case 'failed':
    case 'gone':
      return { code: 'search_unavailable', reason, retryAfterMs: RETRY_MS };
    default:
      return unreachable(reason);
  }
}
