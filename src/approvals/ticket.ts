/** What a rule takes for the number of a ticket: an RE2 pattern, linear in time whatever it is, that matches all of it. */
import { RE2JS } from 're2js';
import { LIMITS } from '#limits.ts';

/** Why a pattern cannot be used; undefined when it can. */
export function ticketPatternFault(pattern: string): string | undefined {
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > LIMITS.ticketPatternProgram)
      return `it makes ${compiled.programSize()} instructions, and ${LIMITS.ticketPatternProgram} may be`;
    return compiled.matches('') ? 'it takes no ticket at all for one' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'it is no pattern';
  }
}

/** @param pattern one without a fault */
export const isTicket = (pattern: string, text: string): boolean =>
  text.length <= LIMITS.approvalTicketChars && RE2JS.compile(pattern).matches(text);
