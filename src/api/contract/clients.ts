/** Client programs that registered or published a document: who they say they are, and what an admin said to that. */
import { z } from 'zod';
import { booleanParameter, integerParameter, type Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { LIMITS } from '#limits.ts';

const HANDLE = z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be the handle of a client');
const time = (what: string) => z.iso.datetime({ precision: 3 }).nullable().describe(what);

export const OAuthClient = z
  .strictObject({
    handle: z.string().describe('how it is named in paths and on the command line'),
    id: z.string().describe('client_id: given here, or the URL of its document'),
    kind: z.enum(['registered', 'document']),
    name: z.string().nullable().describe('as it calls itself: anyone can take any name'),
    redirects: z.array(z.string()).describe('where it sends people: hosts, loopback, schemes of apps'),
    redirectUris: z.array(z.string()),
    auth: z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']),
    standing: z
      .enum(['allowed', 'waiting', 'denied'])
      .describe('waiting: an admin has to decide; until then nobody can sign in with it'),
    changed: z.boolean().describe('it was approved, and its name or where it sends people is another since'),
    decision: z
      .strictObject({
        is: z.enum(['approved', 'denied']),
        at: z.string(),
        by: z.strictObject({ issuer: z.string(), subject: z.string() }),
        record: z.string().describe('<shard>:<n>'),
      })
      .nullable(),
    profile: z.string().describe('of its name and where it sends people: a decision is about exactly this'),
    createdAt: time('when it was first seen'),
    fetchedAt: time('when its document was last read'),
    askedAt: time('when a person last asked for it while it waited'),
    usedAt: time('when tokens were last issued to it, about'),
  })
  .meta({ id: 'OAuthClient' });
export type OAuthClient = z.output<typeof OAuthClient>;

export const listClients = {
  id: 'listClients',
  method: 'GET',
  path: API_PATHS.clients,
  summary: 'Client programs that registered or were asked for, newest first',
  description: 'Those of gatebook.yaml are not among them. `Link: rel="next"` leads on.',
  roles: ['admin', 'policyApprover', 'auditor'],
  query: z.object({
    waits: booleanParameter().optional().describe('true: only those an admin has to decide on'),
    limit: integerParameter(1, LIMITS.searchLimitMax).default(LIMITS.searchLimitMax),
    after: HANDLE.optional(),
  }),
  answers: {
    200: {
      description: 'A page of them',
      content: { 'application/json': z.array(OAuthClient) },
      headers: { link: 'the next page' },
    },
  },
  problems: ['invalid_parameter', 'state_unavailable'],
} as const satisfies Operation;

export const getClient = {
  id: 'getClient',
  method: 'GET',
  path: API_PATHS.client,
  summary: 'One client program',
  roles: ['admin', 'policyApprover', 'auditor'],
  params: z.object({ id: HANDLE }),
  answers: { 200: { description: 'The client', content: { 'application/json': OAuthClient } } },
  problems: ['invalid_parameter', 'not_found', 'state_unavailable'],
} as const satisfies Operation;

const ClientDecisionRequest = z
  .strictObject({
    decision: z.enum(['approve', 'deny']),
    profile: z.string().max(64).describe('`profile` of the client as it was looked at'),
  })
  .meta({ id: 'ClientDecisionRequest' });

const ClientDecided = z
  .strictObject({ record: z.string().describe('control record: <shard>:<n>'), client: OAuthClient })
  .meta({ id: 'ClientDecided' });

export const decideClient = {
  id: 'decideClient',
  method: 'POST',
  path: API_PATHS.clientDecision,
  summary: 'Approve or deny a client program',
  description:
    'Recorded first, then in force everywhere. A no also revokes everything the client was given. `changed`: it is another than was looked at.',
  roles: ['admin', 'policyApprover'],
  needsFresh: true,
  params: z.object({ id: HANDLE }),
  body: ClientDecisionRequest,
  answers: { 200: { description: 'In force', content: { 'application/json': ClientDecided } } },
  problems: ['invalid_parameter', 'content_type', 'not_found', 'changed', 'state_unavailable'],
} as const satisfies Operation;

export const removeClient = {
  id: 'removeClient',
  method: 'DELETE',
  path: API_PATHS.client,
  summary: 'Forget a client program and revoke everything it was given',
  description: 'One that has a document is known again when somebody brings it; deny it to keep it away.',
  roles: ['admin'],
  needsFresh: true,
  params: z.object({ id: HANDLE }),
  answers: { 200: { description: 'Gone', content: { 'application/json': ClientDecided } } },
  problems: ['invalid_parameter', 'not_found', 'state_unavailable'],
} as const satisfies Operation;
