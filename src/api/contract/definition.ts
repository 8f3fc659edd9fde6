/** What servers say of their tools, prompts, templates and themselves; which versions of it count. */
import { z } from 'zod';
import { booleanParameter, integerParameter, type Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { LIMITS } from '#limits.ts';

const CURSOR_CHARS = 8 * LIMITS.nameChars;
const connection = z.string().min(1).max(64).describe('name of a connection');
const kind = z.enum(['tool', 'prompt', 'resource_template', 'instructions']);
const name = z
  .string()
  .max(LIMITS.nameChars)
  .describe('of the tool or prompt, the URI template; empty for instructions');
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');

const version = z.strictObject({
  hash: hash.describe('SHA-256 of the canonical text (RFC 8785) as the server sent it, with a prefix of its kind'),
  accepted: z
    .union([z.literal('first_use'), z.strictObject({ issuer: z.string(), subject: z.string() })])
    .nullable()
    .describe('why it counts: it was the first, or an admin accepted it; null, it does not'),
  seenAt: z.string().describe('RFC 3339, first sight'),
  record: z.string().describe('the record that says so: <shard>:<n>'),
  hidden: z
    .array(z.strictObject({ pointer: z.string(), classes: z.array(z.string()) }))
    .describe('where text is that people do not see (JSON Pointer), and of which classes'),
  bytes: z.int(),
  waits: z.boolean().describe('for an admin: nobody accepted it, or it hides text and was only the first'),
  text: z.string().nullable().optional().describe('canonical and masked; null when it was too long to be kept'),
});

export const Definition = z
  .strictObject({
    connection: z.string(),
    kind,
    name: z.string(),
    changed: z.boolean().describe('some version of it is accepted by nobody'),
    hidden: z.boolean(),
    versions: z.array(version),
  })
  .meta({ id: 'Definition' });
export type Definition = z.output<typeof Definition>;

export const listDefinitions = {
  id: 'listDefinitions',
  method: 'GET',
  path: API_PATHS.definitions,
  summary: 'Definitions of servers, and which versions of them count',
  description: 'In the order of connection, kind and name, without their texts. `Link: rel="next"` leads on.',
  roles: ['admin', 'policyApprover', 'auditor'],
  query: z.object({
    connection: connection.optional(),
    waits: booleanParameter().optional().describe('true: only those with a version that waits for an admin'),
    limit: integerParameter(1, LIMITS.searchLimitMax).default(LIMITS.searchLimitMax),
    after: z.string().max(CURSOR_CHARS).optional(),
  }),
  answers: {
    200: {
      description: 'A page of them',
      content: { 'application/json': z.array(Definition) },
      headers: { link: 'the next page' },
    },
  },
  problems: ['invalid_parameter', 'invalid_cursor', 'state_unavailable'],
} as const satisfies Operation;

export const getDefinition = {
  id: 'getDefinition',
  method: 'GET',
  path: API_PATHS.definition,
  summary: 'One definition with the texts of its versions',
  roles: ['admin', 'policyApprover', 'auditor'],
  query: z.object({ connection, kind: kind.default('tool'), name: name.default('') }),
  answers: { 200: { description: 'The definition', content: { 'application/json': Definition } } },
  problems: ['invalid_parameter', 'not_found', 'state_unavailable'],
} as const satisfies Operation;

export const AcceptanceRequest = z
  .strictObject({
    connection,
    accept: z
      .array(z.strictObject({ kind: kind.default('tool'), name, hash }))
      .min(1)
      .max(LIMITS.definitionsAccepted),
    only: z
      .boolean()
      .default(false)
      .describe('every other version of these is forgotten: seen again, it is a change again'),
  })
  .meta({ id: 'AcceptanceRequest' });
export type AcceptanceRequest = z.output<typeof AcceptanceRequest>;

export const AcceptanceDone = z
  .strictObject({
    records: z.array(z.string()).describe('control records, in the order of what was accepted: <shard>:<n>'),
    definitions: z.array(Definition).describe('as they are now'),
  })
  .meta({ id: 'AcceptanceDone' });

export const acceptDefinitions = {
  id: 'acceptDefinitions',
  method: 'POST',
  path: API_PATHS.acceptances,
  summary: 'Accept versions of definitions that were seen',
  description:
    'Recorded first, then in force in every process within a quarter of a second. All or none: a hash that was never seen, or was forgotten meanwhile, is refused with `not_found`.',
  roles: ['admin', 'policyApprover'],
  needsFresh: true,
  body: AcceptanceRequest,
  answers: { 200: { description: 'In force', content: { 'application/json': AcceptanceDone } } },
  problems: ['invalid_parameter', 'content_type', 'not_found', 'state_unavailable'],
} as const satisfies Operation;
