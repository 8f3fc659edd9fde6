/** Errors of the API: problem details (RFC 9457) with a stable `code`. One row per code: status and public title. */
import { z } from 'zod';

export const PROBLEMS = {
  invalid_request: [400, 'The request is not one this endpoint takes.'],
  invalid_parameter: [400, 'A parameter of the request is not valid.'],
  invalid_cursor: [400, 'The cursor is none this gateway gave for this search.'],
  unauthenticated: [401, 'A valid access token for the API, or a browser that is signed in, is required.'],
  fresh_sign_in_required: [401, 'Sign in again: this needs somebody who proved just now who they are.'],
  forbidden: [403, 'The caller has no role that may do this.'],
  forbidden_origin: [403, 'This Origin may not call the gateway, or not under this Host.'],
  not_found: [404, 'There is nothing here.'],
  method_not_allowed: [405, 'This endpoint does not take this method.'],
  changed: [409, 'What was looked at has changed since.'],
  too_many_revocations: [409, 'There are too many revocations; revoke everybody instead.'],
  too_many_keys: [409, 'The account has two live keys already; revoke one of them first.'],
  approval_over: [409, 'This approval cannot be decided any more.'],
  statement_missing: [409, 'Whoever asks has to say why before anybody can agree.'],
  stated_already: [409, 'Why this is asked was said already.'],
  too_large: [413, 'The request is larger than the API takes.'],
  content_type: [415, 'The body must be application/json without a content encoding.'],
  search_too_costly: [422, 'The search would look at too much: narrow it by time, caller, connection or name.'],
  rate_limited: [429, 'Too many requests at once; try again later.'],
  internal: [500, 'The gateway failed; the request is refused.'],
  record_damaged: [500, 'The record in the book does not hold; the operator should run gatebook ledger verify.'],
  identity_unavailable: [503, 'The token cannot be checked now; try again later.'],
  state_unavailable: [503, 'The state that the processes of the gateway share cannot be read or written.'],
  audit_unavailable: [503, 'What was asked for cannot be recorded, so it is not done.'],
  not_indexed: [503, 'The search index has not come that far yet; try again.'],
  search_unavailable: [503, 'The search index cannot be asked now; try again.'],
  timeout: [503, 'The answer took too long to make.'],
  stopping: [503, 'The gateway is stopping; try again.'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemCode = keyof typeof PROBLEMS;

export const problemType = (code: ProblemCode): string => `urn:gatebook:problem:${code}`;

export const Problem = z
  .strictObject({
    type: z.string().describe('urn:gatebook:problem:<code>'),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional().describe('what is wrong, for a person'),
    executed: z
      .enum(['no', 'unknown'])
      .optional()
      .describe('of what changes something: `no`, nothing was changed; `unknown`, it may have been or may yet be'),
    call: z.string().describe('id of this request, in the record of a refusal and in the log'),
    parameter: z.string().optional().describe('which parameter is not valid'),
    offset: z.int().optional().describe('filters: where (UTF-16 units, from 0)'),
    expected: z.string().optional().describe('filters: what would be right there'),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' });
export type Problem = z.output<typeof Problem>;
