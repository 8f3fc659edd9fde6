/** The signed checkpoints of the book. */
import { z } from 'zod';
import type { Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';

export const ShardCheckpoint = z
  .strictObject({
    shard: z.string(),
    origin: z.string().describe('<deployment>/<shard>, the first line of the note'),
    size: z.int().describe('records the checkpoint covers'),
    note: z.string().describe('C2SP tlog-checkpoint: a signed note'),
    verifierKey: z.string().describe('C2SP verifier key of the log; compare it with the one you were given'),
  })
  .meta({ id: 'ShardCheckpoint' });
export type ShardCheckpoint = z.output<typeof ShardCheckpoint>;

export const getCheckpoint = {
  id: 'getCheckpoint',
  method: 'GET',
  path: API_PATHS.checkpoint,
  summary: 'The newest checkpoint of each shard whose records are durable',
  description: 'Keep one where the operator of the gateway cannot reach it: what it covers cannot change unnoticed.',
  roles: ['admin', 'auditor'],
  answers: { 200: { description: 'One per shard', content: { 'application/json': z.array(ShardCheckpoint) } } },
  problems: [],
} as const satisfies Operation;
