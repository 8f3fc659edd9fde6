/** Calls that wait for people: what waits, what exactly is asked, and the decision. */
import { z } from 'zod';
import { BREAK_GLASS, SCOPES, STATES } from '#approvals/approval.ts';
import { booleanParameter, integerParameter, type Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { LIMITS } from '#limits.ts';

export const approvalId = z.string().regex(/^apr_[a-z2-7]{26}$/, 'must be the id of an approval');
const principal = z.strictObject({ issuer: z.string(), subject: z.string() });
const scope = z.enum(SCOPES);

export const Approval = z
  .strictObject({
    id: approvalId,
    state: z.enum(STATES),
    connection: z.string(),
    method: z.string(),
    name: z.string(),
    requester: z.strictObject({
      ...principal.shape,
      kind: z.string(),
      client: z.string().nullable().describe('client its token was issued to'),
    }),
    rule: z
      .string()
      .describe('what holds it; `(definition)`: the server shows another definition than the one accepted'),
    approvers: z.array(z.string()).describe('groups of whom one may decide'),
    needed: z.int().describe('so many different people have to agree'),
    scopes: z.array(scope).describe('what they may agree to'),
    asks: z
      .strictObject({
        reason: z.boolean(),
        ticket: z.string().nullable().describe('an RE2 pattern that all of the ticket matches'),
      })
      .describe('what whoever asks has to say before anybody can agree'),
    statement: z
      .strictObject({ reason: z.string(), ticket: z.string().nullable(), at: z.string() })
      .nullable()
      .describe('what they said'),
    breakGlass: z
      .enum(BREAK_GLASS)
      .describe('what somebody whose break glass is in force may decide of it: what others ask, or their own too'),
    askedAt: z.string(),
    expiresAt: z.string().describe('until when it waits'),
    granted: scope.nullable(),
    usableUntil: z.string().nullable(),
    votes: z.array(
      z.strictObject({
        by: principal,
        decision: z.enum(['approve', 'deny']),
        scope,
        reason: z.string(),
        at: z.string(),
        isBreakGlass: z.boolean().describe('by somebody who could not have decided otherwise'),
      }),
    ),
    flood: z
      .enum(['caller', 'rule'])
      .nullable()
      .describe('one of more requests, of this caller or under this rule, than people can look at'),
    notices: z
      .array(
        z.strictObject({
          notifier: z.string(),
          state: z.enum(['waiting', 'told', 'dead']).describe('waiting: it is tried again; dead: it was given up'),
          attempts: z.int().describe('since something was told'),
          lastError: z.string().nullable().describe('why it was not told, or not to all; a word without content'),
        }),
      )
      .describe('who was told of it, by the name under `approvals.notify`'),
    record: z.string().describe('the record that says what is asked: <shard>:<n>'),
    mayDecide: z.boolean().describe('whoever asks this API may decide it'),
    mayState: z.boolean().describe('whoever asks this API may say why it is asked'),
    arguments: z.unknown().optional().describe('masked, as in the book'),
    beside: z
      .unknown()
      .optional()
      .describe('what else of `params` goes to the server, masked; absent where nothing does'),
  })
  .meta({ id: 'Approval' });
export type Approval = z.output<typeof Approval>;

export const listApprovals = {
  id: 'listApprovals',
  method: 'GET',
  path: API_PATHS.approvals,
  summary: 'Requests for approval',
  description:
    'Newest first, without arguments. Admins and auditors see all; others those they may decide, and their own. At most as many as `limits` has room to show.',
  roles: 'anyone',
  query: z.object({ state: z.enum([...STATES, 'all']).default('pending') }),
  answers: { 200: { description: 'Requests', content: { 'application/json': z.array(Approval) } } },
  problems: ['invalid_parameter', 'state_unavailable'],
} as const satisfies Operation;

export const streamApprovals = {
  id: 'streamApprovals',
  method: 'GET',
  path: API_PATHS.approvalStream,
  summary: 'Requests for approval as they change',
  description: [
    'Server-sent events without an end: `event: approval`, `id` a number that grows, `data` the request as `listApprovals` shows',
    'it, as it is now. It begins with what waits (of very many the newest), then comes every change of what the caller may see,',
    'whichever process made it. `Last-Event-ID` goes on where a stream was lost: each request that changed since comes once, as it is',
    'now. A comment now and then says that nothing happened. Ends with the token or sign-in, when access is taken away or groups',
    'change, and when the configuration is reloaded; then ask again.',
  ].join(' '),
  roles: 'anyone',
  headers: z.object({
    'last-event-id': integerParameter(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('`id` of the last event that was read; an `EventSource` sends it by itself'),
  }),
  answers: { 200: { description: 'Events; the schema is of their data', content: { 'text/event-stream': Approval } } },
  problems: ['invalid_parameter', 'state_unavailable'],
} as const satisfies Operation;

export const getApproval = {
  id: 'getApproval',
  method: 'GET',
  path: API_PATHS.approval,
  summary: 'One request for approval',
  description: 'With `payloads=true` also the arguments, read again from the book, after a record of who reads them.',
  roles: 'anyone',
  params: z.object({ id: approvalId }),
  query: z.object({ payloads: booleanParameter().optional().describe('default false') }),
  answers: { 200: { description: 'The request', content: { 'application/json': Approval } } },
  problems: [
    'invalid_parameter',
    'not_found',
    'state_unavailable',
    'record_damaged',
    'not_indexed',
    'search_unavailable',
  ],
} as const satisfies Operation;

export const Decision = z
  .strictObject({
    decision: z.enum(['approve', 'deny']),
    scope: scope
      .default('once')
      .describe('of a yes: this call once, this very call, or any call of the tool, for a while'),
    reason: z.string().max(LIMITS.approvalReasonChars).default('').describe('told to whoever asked'),
  })
  .meta({ id: 'ApprovalDecision' });

export const decideApproval = {
  id: 'decideApproval',
  method: 'POST',
  path: API_PATHS.approvalDecision,
  summary: 'Approve or deny',
  description:
    'Recorded first, then in force in every process within a quarter of a second. Nobody decides what they ask for.',
  roles: 'anyone',
  needsFresh: true,
  params: z.object({ id: approvalId }),
  body: Decision,
  answers: { 200: { description: 'As it is now', content: { 'application/json': Approval } } },
  problems: [
    'invalid_parameter',
    'content_type',
    'not_found',
    'approval_over',
    'statement_missing',
    'state_unavailable',
  ],
} as const satisfies Operation;

export const Statement = z
  .strictObject({
    reason: z.string().max(LIMITS.approvalReasonChars).default('').describe('shown to whoever decides, and kept'),
    ticket: z.string().max(LIMITS.approvalTicketChars).optional(),
  })
  .meta({ id: 'ApprovalStatement' });

export const stateApproval = {
  id: 'stateApproval',
  method: 'POST',
  path: API_PATHS.approvalStatement,
  summary: 'Say why it is asked',
  description:
    'Of whoever asks, or who answers for that service account; once, while it is pending. Where `asks` wants it, nobody can agree before.',
  roles: 'anyone',
  params: z.object({ id: approvalId }),
  body: Statement,
  answers: { 200: { description: 'As it is now', content: { 'application/json': Approval } } },
  problems: ['invalid_parameter', 'content_type', 'not_found', 'approval_over', 'stated_already', 'state_unavailable'],
} as const satisfies Operation;
