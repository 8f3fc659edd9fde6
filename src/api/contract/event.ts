/** The Event: one call, one refusal or one act, as every answer of the API shows it. */
import { z } from 'zod';
import { type Event as CoreEvent, EVENT_KINDS, EVENT_OUTCOMES } from '#events/event.ts';

const recordId = z.string().describe('<shard>:<index> of a record');

const operator = z.enum(['partial', 'format', 'token', 'redact', 'replace', 'drop', 'block']);

export const Event = z
  .strictObject({
    id: recordId.describe('<shard>:<index> of the intent, or of the record itself when it is no call'),
    time: z.iso.datetime({ precision: 3 }).describe('when it began, UTC'),
    kind: z.enum(EVENT_KINDS),
    outcome: z.enum(EVENT_OUTCOMES).optional().describe('absent for what is neither a call nor a refusal'),
    code: z.string().optional(),
    caller: z
      .strictObject({
        issuer: z.string(),
        subject: z.string(),
        kind: z.enum(['person', 'service_account', 'gateway']),
        groups: z.array(z.string()).readonly(),
      })
      .optional(),
    client: z
      .strictObject({ name: z.string().optional(), version: z.string().optional(), id: z.string().optional() })
      .optional()
      .describe('name and version are what the client claims; id is what its token says'),
    connection: z.string().optional(),
    session: z.string().optional(),
    method: z.string().optional(),
    name: z.string().optional(),
    decision: z
      .strictObject({
        effect: z.enum(['allow', 'deny', 'hold']),
        level: z.string().optional(),
        rule: z.string().optional(),
        policy: z.string(),
        approval: z.string().optional(),
      })
      .optional(),
    masking: z
      .array(
        z.strictObject({
          rule: z.string(),
          type: z.string(),
          pointer: z.string(),
          count: z.int(),
          store: operator.optional().describe('what took its place in the copy that is kept'),
          inline: operator.optional().describe('the same of the copy of the caller; absent where it passed as it came'),
        }),
      )
      .readonly()
      .optional(),
    durationMs: z.number().optional(),
    intent: recordId.optional(),
    result: recordId.optional(),
    arguments: z.unknown().optional().describe('the masked copy; only where payloads were asked for'),
    answer: z.unknown().optional().describe('the masked copy; only where payloads were asked for'),
    verified: z.boolean().describe('the records were read again from the book and their hashes hold'),
  })
  .meta({ id: 'Event' });
export type Event = z.output<typeof Event>;

// The contract and what the gateway makes agree, or this line is an error.
type Fits<A, B> = A extends B ? true : never;
export const EVENT_FITS: true = true satisfies Fits<CoreEvent, Event>;
