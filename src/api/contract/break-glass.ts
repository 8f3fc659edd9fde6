/** Breaking the glass: becoming an admin for a short while, with a reason, in the open. */
import { z } from 'zod';
import type { Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { LIMITS } from '#limits.ts';

const MINUTES_MAX = LIMITS.breakGlassMs / 60_000;

export const BreakGlassRequest = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(LIMITS.breakGlassReasonCharsMin)
      .max(LIMITS.revocationReasonChars)
      .describe('why, for the record and the alarm; secrets known to the gateway are masked'),
    minutes: z.int().min(1).max(MINUTES_MAX).default(MINUTES_MAX),
  })
  .meta({ id: 'BreakGlassRequest' });
export type BreakGlassRequest = z.output<typeof BreakGlassRequest>;

export const BrokenGlass = z
  .strictObject({
    issuer: z.string(),
    subject: z.string(),
    reason: z.string(),
    beganAt: z.string().describe('RFC 3339'),
    endsAt: z.string().describe('RFC 3339'),
    record: z.string().describe('its control record: <shard>:<n>'),
  })
  .meta({ id: 'BrokenGlass' });
export type BrokenGlass = z.output<typeof BrokenGlass>;

export const breakGlass = {
  id: 'breakGlass',
  method: 'POST',
  path: API_PATHS.breakGlass,
  summary: 'Become an admin for a short while',
  description:
    'Recorded and alarmed first, then in force, in every process, until `endsAt` at the latest. Everything done with it is recorded as done with it. Taking access away from the caller ends it too.',
  roles: ['breakGlass'],
  needsFresh: true,
  body: BreakGlassRequest,
  answers: { 201: { description: 'In force', content: { 'application/json': BrokenGlass } } },
  problems: ['invalid_parameter', 'content_type', 'state_unavailable'],
} as const satisfies Operation;

export const mendGlass = {
  id: 'mendGlass',
  method: 'DELETE',
  path: API_PATHS.breakGlass,
  summary: 'Be no admin any more, before the time is over',
  roles: ['breakGlass'],
  answers: { 200: { description: 'Over', content: { 'application/json': z.strictObject({ record: z.string() }) } } },
  problems: ['not_found', 'state_unavailable'],
} as const satisfies Operation;

export const listBrokenGlass = {
  id: 'listBrokenGlass',
  method: 'GET',
  path: API_PATHS.breakGlass,
  summary: 'Who is an admin by break glass now, newest first',
  roles: ['admin', 'auditor', 'breakGlass'],
  answers: { 200: { description: 'In force', content: { 'application/json': z.array(BrokenGlass) } } },
  problems: ['state_unavailable'],
} as const satisfies Operation;
