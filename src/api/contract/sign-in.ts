/** Sign-ins of people, as admins see and end them. */
import { z } from 'zod';
import type { Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { LIMITS } from '#limits.ts';

const ISSUER_CHARS = 2_048;

export const SignIn = z
  .strictObject({
    id: z.string(),
    issuer: z.string(),
    subject: z.string(),
    login: z.string().optional().describe('for people to read; identity is issuer and subject'),
    groups: z.array(z.string()).describe('as the issuer last told them'),
    signedInAt: z.string().describe('RFC 3339'),
    expiresAt: z.string().describe('RFC 3339: the absolute end'),
    checkedAt: z.string().describe('RFC 3339: when the issuer last said that they may sign in'),
    browsers: z.array(
      z.strictObject({
        id: z.string(),
        browser: z.string(),
        network: z.string().describe('roughly: an IPv4 /24 or an IPv6 /48'),
        beganAt: z.string(),
        usedAt: z.string(),
      }),
    ),
    clients: z.array(
      z.strictObject({
        grant: z.string().describe('names it in records'),
        client: z.string().describe('as events show it: gatebook:<client id>'),
        resources: z.array(z.string()),
        givenAt: z.string(),
      }),
    ),
  })
  .meta({ id: 'SignIn' });
export type SignIn = z.output<typeof SignIn>;

export const listSignIns = {
  id: 'listSignIns',
  method: 'GET',
  path: API_PATHS.signIns,
  summary: 'Sign-ins of one person that have not ended, newest first',
  roles: ['admin', 'auditor'],
  query: z.object({
    subject: z.string().min(1).max(LIMITS.tokenSubjectChars).describe('the stable subject, as events show it'),
    issuer: z.string().min(1).max(ISSUER_CHARS).optional().describe('exactly; without it every configured one'),
  }),
  answers: { 200: { description: 'Sign-ins', content: { 'application/json': z.array(SignIn) } } },
  problems: ['invalid_parameter', 'not_found', 'state_unavailable'],
} as const satisfies Operation;

export const endSignIn = {
  id: 'endSignIn',
  method: 'DELETE',
  path: API_PATHS.signIn,
  summary: 'End a sign-in with every browser and program that hangs on it',
  description:
    'Recorded first, then in force in every process: tokens are refused at their next use, open streams end within a second.',
  roles: ['admin'],
  needsFresh: true,
  params: z.object({ id: z.string().regex(/^[a-z0-9]{1,64}$/, 'must be the id of a sign-in') }),
  answers: {
    200: {
      description: 'Ended',
      content: {
        'application/json': z.strictObject({
          record: z.string().describe('its control record: <shard>:<n>'),
          endsYou: z.boolean().describe('it was the one this was asked with'),
        }),
      },
    },
  },
  problems: ['invalid_parameter', 'not_found', 'state_unavailable'],
} as const satisfies Operation;
