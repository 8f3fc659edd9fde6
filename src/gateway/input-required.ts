/**
 * What a client of 2026-07-28 is told while its call waits for people: to come back, and, where it can ask its user, to ask why
 * the call is made and to show where the request stands (Multi Round-Trip Requests; Elicitation). What its user answered. The
 * same for 2025-11-25 is an error.
 */
import type { Asks } from '#approvals/approval.ts';
import type { HoldRound } from '#gateway/call.ts';
import { LIMITS } from '#limits.ts';
import { member, stringMember } from '#mcp/json.ts';
import type { JsonNode, JsonObject } from '#mcp/json.ts';

/** Keys of what the gateway asks. */
const LOOK = 'gatebook_approval';
const STATEMENT = 'gatebook_statement';

/** JSON-RPC code of URLElicitationRequiredError (MCP 2025-11-25, Elicitation, Error Handling). */
export const URL_ELICITATION_REQUIRED = -32042;

/** Where people look at a request; undefined where nobody signs in. */
export const approvalUrl = (
  id: string,
  { publicUrl, signsIn }: { readonly publicUrl: string; readonly signsIn: boolean },
): string | undefined => (signsIn ? `${publicUrl}/approvals/${id}` : undefined);

export type ToLookAt = { readonly id: string; readonly url: string; readonly message: string };
export type ToAsk = { readonly look?: Omit<ToLookAt, 'id'> | undefined; readonly asks?: Asks | undefined };

const field = (title: string, maxLength: number): object => ({ type: 'string', title, minLength: 1, maxLength });

export const lookText = (id: string): string =>
  `This call waits for an approval (${id}). The page shows where it stands; it goes on once it is approved.`;

/** The pattern of a ticket is RE2's, which a form does not speak: it is said, and checked when it comes back. */
export function statementForm({ reason, ticket }: Asks): object {
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

export type UserAnswer = Pick<HoldRound, 'said' | 'statement'>;

const ACTIONS = ['decline', 'cancel', 'accept'] as const;

/**
 * Cut far behind what is kept of it, so that nothing is kept of which masking saw the half: whoever answers could make the
 * gateway look through megabytes otherwise.
 */
const textIn = (content: JsonObject, name: string): string =>
  (stringMember(content, name) ?? '').slice(0, 8 * LIMITS.approvalReasonChars);

/** What a user answered to one question (ElicitResult). */
export function answerIn(result: JsonNode | undefined): UserAnswer {
  const said = ACTIONS.find((action) => action === stringMember(result, 'action'));
  const content = member(result, 'content');
  if (said !== 'accept' || content?.kind !== 'object') return { said };
  return { said, statement: { reason: textIn(content, 'reason'), ticket: textIn(content, 'ticket') } };
}

/** To all that was asked: one no is a no. */
export function answersIn(params: JsonObject | undefined): UserAnswer {
  const responses = member(params, 'inputResponses');
  const { statement, said: stated } = answerIn(member(responses, STATEMENT));
  const { said: looked } = answerIn(member(responses, LOOK));
  const said = ACTIONS.find((action) => action === stated || action === looked);
  return { said, ...(statement === undefined ? {} : { statement }) };
}
