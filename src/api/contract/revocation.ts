/** Taking access away: from one caller, from all who come through one client, from everybody; or one grant of one person. */
import { z } from 'zod';
import type { Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { LIMITS } from '#limits.ts';

const ISSUER_CHARS = 2_048;
const GRANT_CHARS = 64;

const reason = z
  .string()
  .trim()
  .min(1)
  .max(LIMITS.revocationReasonChars)
  .describe('why, for the record; secrets known to the gateway are masked');
const issuer = z.string().min(1).max(ISSUER_CHARS).describe('the `iss` of a configured issuer, exactly');
const subject = z.string().min(1).max(LIMITS.tokenSubjectChars).describe('the stable subject, as events show it');
const client = z
  .string()
  .min(1)
  .max(LIMITS.tokenSubjectChars)
  .describe('client id in the namespace of its issuer, as events show it: okta:0oa1ci2');

const grant = z
  .string()
  .min(1)
  .max(GRANT_CHARS)
  .describe('what one person let one client do at one connection, by the name events have for it: `detail.grant`');

export const RevocationRequest = z
  .discriminatedUnion('scope', [
    z.strictObject({ scope: z.literal('caller'), issuer, subject, reason }),
    z.strictObject({ scope: z.literal('client'), client, reason }),
    z.strictObject({ scope: z.literal('grant'), grant, reason }),
    z.strictObject({ scope: z.literal('all'), reason }),
  ])
  .meta({ id: 'RevocationRequest' });
export type RevocationRequest = z.output<typeof RevocationRequest>;

export const Revocation = z
  .strictObject({
    id: z.string(),
    scope: z.enum(['caller', 'client', 'grant', 'all']),
    issuer: z.string().optional(),
    subject: z.string().optional(),
    client: z.string().optional(),
    grant: z.string().optional(),
    reason: z.string(),
    revokedAt: z.string().describe('RFC 3339'),
    epoch: z.string().describe('RFC 3339: tokens issued at or before are refused, by whatever clock of the issuer'),
    by: z.strictObject({ issuer: z.string(), subject: z.string() }),
    record: z.string().describe('its control record: <shard>:<n>'),
  })
  .meta({ id: 'Revocation' });
export type Revocation = z.output<typeof Revocation>;

export const RevocationDone = Revocation.extend({
  revokesYou: z.boolean().describe('the token this was asked with is refused from now on, too'),
}).meta({ id: 'RevocationDone' });

export const createRevocation = {
  id: 'createRevocation',
  method: 'POST',
  path: API_PATHS.revocations,
  summary: 'Take access away, now',
  description:
    'Recorded first, then kept, then effective: every token issued until `epoch` is refused by every process, with the sign-ins, grants and refresh tokens from before it; open calls and streams end, legacy sessions and server processes of the caller too. Asking again raises the epoch. A grant is no epoch but a row that ends: it is in no list of what is revoked, and its person may agree to it anew.',
  roles: ['admin'],
  needsFresh: true,
  body: RevocationRequest,
  answers: { 201: { description: 'In force', content: { 'application/json': RevocationDone } } },
  problems: ['invalid_parameter', 'content_type', 'state_unavailable', 'too_many_revocations'],
} as const satisfies Operation;

export const listRevocations = {
  id: 'listRevocations',
  method: 'GET',
  path: API_PATHS.revocations,
  summary: 'What is revoked, newest first',
  description:
    'The newest of each scope; those that no living token could be older than may be left out. The book has all.',
  roles: ['admin', 'auditor'],
  answers: { 200: { description: 'In force', content: { 'application/json': z.array(Revocation) } } },
  problems: ['state_unavailable'],
} as const satisfies Operation;
