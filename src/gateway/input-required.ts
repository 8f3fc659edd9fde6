/**
 * What a client of 2026-07-28 is told while its call waits for people: to come back, and, where it can ask its user, to ask why
 * the call is made and to show where the request stands (Multi Round-Trip Requests; Elicitation). What its user answered. The
 * same for 2025-11-25 is an error.
 */
import type { Asks } from '#approvals/approval.ts';
import type { HoldRound } from '#gateway/call.ts';
import { LIMITS } from '#limits.ts';
import { member, stringMember } from '#mcp/json.ts';
import type { JsonObject } from '#mcp/json.ts';

/** Keys of what the gateway asks. */
const LOOK = 'gatebook_approval';
const STATEMENT = 'gatebook_statement';

/** JSON-RPC code of URLElicitationRequiredError (MCP 2025-11-25, Elicitation, Error Handling). */
export const URL_ELICITATION_REQUIRED = -32042;

export type ToLookAt = { readonly id: string; readonly url: string; readonly message: string };
export type ToAsk = { readonly look?: Omit<ToLookAt, 'id'> | undefined; readonly asks?: Asks | undefined };

const field = (title: string, maxLength: number): object => ({ type: 'string', title, minLength: 1, maxLength });

/** The pattern of a ticket is RE2's, which a form does not speak: it is said, and checked when it comes back. */
function statementForm({ reason, ticket }: Asks): object {
  const properties = {
    ...(reason ? { reason: field('Why this call is made', LIMITS.approvalReasonChars) } : {}),
    ...(ticket === undefined ? {} : { ticket: field(`Ticket (${ticket})`, LIMITS.approvalTicketChars) }),
  };
  return {
    mode: 'form',
    message: 'This call waits for an approval. Nobody can agree before they know why it is made.',
    requestedSchema: { type: 'object', properties, required: Object.keys(properties) },
  };
}

/** The result that sends a client away with `state`; what is not to be asked is left out. */
export function inputRequired(state: string, { look, asks }: ToAsk): object {
  const question = (params: object): object => ({ method: 'elicitation/create', params });
  const inputRequests = {
    ...(asks === undefined ? {} : { [STATEMENT]: question(statementForm(asks)) }),
    ...(look === undefined ? {} : { [LOOK]: question({ mode: 'url', url: look.url, message: look.message }) }),
  };
  return {
    resultType: 'input_required',
    ...(Object.keys(inputRequests).length === 0 ? {} : { inputRequests }),
    requestState: state,
  };
}

/** `data` of the error. The id of the request stands for the elicitation: it is this caller's, and unique. */
export const urlElicitations = ({ id, url, message }: ToLookAt): object => ({
  elicitations: [{ mode: 'url', elicitationId: id, url, message }],
});

const ACTIONS = ['decline', 'cancel', 'accept'] as const;

/** What a user answered who was asked: one no is a no. */
export function answersIn(params: JsonObject | undefined): Pick<HoldRound, 'said' | 'statement'> {
  const responses = member(params, 'inputResponses');
  const answers = [LOOK, STATEMENT].map((key) => stringMember(member(responses, key), 'action'));
  const said = ACTIONS.find((action) => answers.includes(action));
  const form = member(responses, STATEMENT);
  if (stringMember(form, 'action') !== 'accept') return { said };
  const content = member(form, 'content');
  return {
    said,
    statement: { reason: stringMember(content, 'reason') ?? '', ticket: stringMember(content, 'ticket') ?? '' },
  };
}
