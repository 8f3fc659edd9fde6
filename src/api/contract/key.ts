/** API keys of service accounts: made, listed, taken back. */
import { z } from 'zod';
import type { Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { LIMITS } from '#limits.ts';

const NAME_CHARS = 63;
const CIDR_CHARS = 64;
const DAY_MS = 24 * 3_600_000;
const KEYS_LISTED = 'those that ended or expired are listed for a while';

const name = z.string().min(1).max(NAME_CHARS);
const keyId = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'must be the id of a key: 16 digits of hexadecimal')
  .describe('a fingerprint of the key, as records have it; opens nothing');

export const KeyRequest = z
  .strictObject({
    account: name.describe('a service account of the configuration, by its name'),
    connections: z
      .array(z.union([z.literal('*'), name]))
      .min(1)
      .max(1_000)
      .default(['*'])
      .describe('of those the account may reach; * is all of them'),
    level: name.optional().describe('the most it may have, whatever grants give the account'),
    networks: z
      .array(z.string().min(1).max(CIDR_CHARS))
      .min(1)
      .max(LIMITS.apiKeyNetworks)
      .optional()
      .describe('where it may be used from: addresses and CIDR blocks; anywhere without'),
    days: z
      .int()
      .min(1)
      .max(LIMITS.apiKeyLifetimeMs / DAY_MS)
      .optional()
      .describe('how long it lives; without, 90, or as long as the account'),
  })
  .meta({ id: 'KeyRequest' });
export type KeyRequest = z.output<typeof KeyRequest>;

export const Key = z
  .strictObject({
    id: keyId,
    account: z.string(),
    status: z
      .enum(['live', 'revoked', 'expired', 'account_ended'])
      .describe('`account_ended`: the account is over, or not in the configuration any more'),
    connections: z.array(z.string()).readonly(),
    level: z.string().optional(),
    networks: z.array(z.string()).readonly().optional(),
    createdAt: z.string().describe('RFC 3339'),
    createdBy: z.strictObject({ issuer: z.string(), subject: z.string() }),
    expiresAt: z.string().describe('RFC 3339'),
    revokedAt: z.string().optional().describe('RFC 3339'),
    lastUsedOn: z.string().optional().describe('the last day it was used, UTC; may be an hour late'),
    record: z.string().describe('the control record that says so: <shard>:<n>'),
  })
  .meta({ id: 'Key' });
export type Key = z.output<typeof Key>;

export const KeyMade = Key.extend({
  key: z.string().describe('the key itself, shown this once: it is kept nowhere'),
}).meta({ id: 'KeyMade' });

export const createKey = {
  id: 'createKey',
  method: 'POST',
  path: API_PATHS.keys,
  summary: 'Make an API key of a service account',
  description:
    'Recorded first, then in force. For /mcp alone. An account has two live keys at most: one in use, and the one that takes its place.',
  roles: ['admin'],
  needsFresh: true,
  body: KeyRequest,
  answers: { 201: { description: 'The key, shown this once', content: { 'application/json': KeyMade } } },
  problems: ['invalid_parameter', 'content_type', 'state_unavailable', 'too_many_keys', 'fresh_sign_in_required'],
} as const satisfies Operation;

export const listKeys = {
  id: 'listKeys',
  method: 'GET',
  path: API_PATHS.keys,
  summary: 'API keys of service accounts, newest first',
  description: `Without the keys themselves, which are kept nowhere; ${KEYS_LISTED}.`,
  roles: ['admin', 'auditor'],
  answers: { 200: { description: 'All of them', content: { 'application/json': z.array(Key) } } },
  problems: ['state_unavailable'],
} as const satisfies Operation;

export const revokeKey = {
  id: 'revokeKey',
  method: 'DELETE',
  path: API_PATHS.key,
  summary: 'Take an API key back, now',
  description:
    'Recorded first, then in force: every process refuses it, and calls and streams that it opened end within a second. One that is over already stays as it is.',
  roles: ['admin'],
  params: z.strictObject({ id: keyId }),
  answers: { 200: { description: 'It is over', content: { 'application/json': Key } } },
  problems: ['invalid_parameter', 'not_found', 'state_unavailable'],
} as const satisfies Operation;
