/** What rules with `then: hold` ask for: that it can be checked. */
import { ticketPatternFault } from '#approvals/ticket.ts';
import type { Complaint } from '#config/problem.ts';
import { rawItems, rawMap, rawText } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { LIMITS } from '#limits.ts';

export function checkHolds(raw: RawMap): Complaint[] {
  return rawItems(raw['rules']).flatMap(([index, rule]): Complaint[] => {
    const ticket = rawText(rawMap(rule['asks'])['ticket']);
    // Of one that is empty or too long the schema complains.
    if (ticket === undefined || ticket === '' || ticket.length > LIMITS.ticketPatternChars) return [];
    const fault = ticketPatternFault(ticket);
    if (fault === undefined) return [];
    return [
      {
        path: ['rules', index, 'asks', 'ticket'],
        message: `this pattern cannot be used: ${fault}`,
        fix: 'write what all of a ticket looks like, in the syntax of RE2, such as OPS-[0-9]+',
      },
    ];
  });
}
