/** Searching, counting and reading events. */
import { z } from 'zod';
import { Event } from '#api/contract/event.ts';
import { booleanParameter, integerParameter, type Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { EVENT_OUTCOMES } from '#events/event.ts';
import { FACET_NAMES } from '#events/filter/attributes.ts';
import { INTERVALS } from '#events/intervals.ts';
import { LIMITS } from '#limits.ts';

/** Cursors of many shards are the longest. */
export const CURSOR_CHARS = 4_096;
export const TIME_CHARS = 64;

const text = (chars: number) => z.string().max(chars);
const searchShape = {
  since: text(TIME_CHARS)
    .optional()
    .describe('RFC 3339, or how long ago as in 15m 2h 7d: events that began then or later'),
  until: text(TIME_CHARS).optional().describe('the same: events that began earlier'),
  filter: text(4 * LIMITS.filterChars)
    .optional()
    .describe('SCIM filter (RFC 7644 section 3.4.2.2) over the attributes of an Event, as in caller.subject eq "ada"'),
  q: text(4 * LIMITS.searchTextChars)
    .optional()
    .describe('words that must all occur in name, arguments or answer; "a phrase"; begin*'),
};

const recordParams = z.object({
  shard: z.string().regex(/^[a-z0-9-]{1,63}$/, 'must be the name of a shard'),
  index: integerParameter(0, Number.MAX_SAFE_INTEGER).describe('index of the record in its shard'),
});

export const INDEXED_THROUGH = {
  'x-gatebook-indexed-through': 'for each shard how many of its records can be found: <shard>:<size>, …',
};

export const searchEvents = {
  id: 'searchEvents',
  method: 'GET',
  path: API_PATHS.events,
  summary: 'Find events, or follow them as they complete',
  description: [
    'The answer is a bare array; Link headers lead on, as in the System Log API of Okta.',
    'Bounded, with `until` or `order=newest`: in the order in which events began; a call that is still open has the outcome `open`;',
    'there is a `next` link as long as there are more.',
    'Polling, oldest first without `until`: each event once, when it is complete, in the order in which the book completed it,',
    'so a call comes when its result is recorded, however long it took. There is always a `next` link; asked later it gives what',
    'completed since. A page may be empty although more can be had: `x-gatebook-more` says so.',
    'Events are unverified: read one by its id to have it checked against the book.',
  ].join(' '),
  roles: ['admin', 'auditor'],
  query: z.object({
    ...searchShape,
    order: z.enum(['oldest', 'newest']).optional().describe('default oldest'),
    limit: integerParameter(1, LIMITS.searchLimitMax).optional().describe('default 100'),
    after: text(CURSOR_CHARS).optional().describe('from a `next` link; only with the other parameters of that link'),
    wait: z
      .string()
      .regex(/^[a-z0-9-]{1,63}:\d{1,15}$/, 'must be <shard>:<index>')
      .optional()
      .describe('waits a moment until this record can be found, or answers not_indexed'),
  }),
  answers: {
    200: {
      description: 'Events without arguments and answers',
      content: { 'application/json': z.array(Event) },
      headers: {
        link: 'rel="self" and, where there is or can be more, rel="next" (RFC 8288)',
        'x-gatebook-more': 'true: more can be had at once; false: all that there is now was given',
        ...INDEXED_THROUGH,
      },
    },
  },
  problems: ['invalid_parameter', 'invalid_cursor', 'search_too_costly', 'not_indexed', 'search_unavailable'],
} as const satisfies Operation;

export const Facet = z
  .strictObject({
    attribute: z.string(),
    values: z.array(z.strictObject({ value: z.string(), count: z.int() })).readonly(),
    others: z.int().describe('events with a value that is not listed'),
    without: z.int().describe('events without this attribute'),
    incomplete: z.boolean().describe('there were too many values to count: the counts are at least so many'),
  })
  .meta({ id: 'Facet' });

export const countFacets = {
  id: 'countFacets',
  method: 'GET',
  path: API_PATHS.facets,
  summary: 'How often each value of an attribute occurs among events',
  roles: ['admin', 'auditor'],
  query: z.object({
    ...searchShape,
    by: text(1_024).describe(`attributes, separated by commas: ${FACET_NAMES.join(' ')}`),
    limit: integerParameter(1, LIMITS.facetValues).optional().describe('values of each attribute; default 10'),
  }),
  answers: {
    200: { description: 'One per attribute, in the order asked', content: { 'application/json': z.array(Facet) } },
  },
  problems: ['invalid_parameter', 'search_too_costly', 'search_unavailable'],
} as const satisfies Operation;

export const Histogram = z
  .strictObject({
    interval: z.enum(Object.keys(INTERVALS) as [keyof typeof INTERVALS]),
    intervalMs: z.int(),
    since: z.iso.datetime({ precision: 3 }),
    until: z.iso.datetime({ precision: 3 }),
    buckets: z
      .array(
        z.strictObject({
          time: z.iso.datetime({ precision: 3 }).describe('where the stretch begins'),
          count: z.int(),
          outcomes: z.partialRecord(z.enum([...EVENT_OUTCOMES, 'none']), z.int()),
        }),
      )
      .readonly()
      .describe('only those with an event in them'),
  })
  .meta({ id: 'Histogram' });

export const countHistogram = {
  id: 'countHistogram',
  method: 'GET',
  path: API_PATHS.histogram,
  summary: 'How many events began in each stretch of time, by outcome',
  roles: ['admin', 'auditor'],
  query: z.object({
    ...searchShape,
    interval: z
      .enum(['auto', ...Object.keys(INTERVALS)] as ['auto', keyof typeof INTERVALS])
      .optional()
      .describe('default auto'),
  }),
  answers: { 200: { description: 'Counts in order of time', content: { 'application/json': Histogram } } },
  problems: ['invalid_parameter', 'search_too_costly', 'search_unavailable'],
} as const satisfies Operation;

export const getEvent = {
  id: 'getEvent',
  method: 'GET',
  path: API_PATHS.event,
  summary: 'One event by any of its records, verified against the book',
  description: 'With `payloads=true` also arguments and answer, after a record of who reads them is durable.',
  roles: ['admin', 'auditor'],
  params: recordParams,
  query: z.object({ payloads: booleanParameter().optional().describe('default false') }),
  answers: { 200: { description: 'The event', content: { 'application/json': Event } } },
  problems: ['invalid_parameter', 'not_found', 'not_indexed', 'record_damaged', 'search_unavailable'],
} as const satisfies Operation;

export const exportEvents = {
  id: 'exportEvents',
  method: 'GET',
  path: API_PATHS.export,
  summary: 'Every event of a search, oldest first, each verified against the book',
  description: [
    'One event a line, or CSV with a head and the attributes flattened with dots, as `gatebook events export` writes them.',
    'As long as the client reads: an answer that was cut off, or in which a record does not hold, ends without its last chunk,',
    'so that no client takes it for the whole. With `payloads=true` also arguments and answers, after a record of who reads them,',
    'with filter and range, is durable.',
  ].join(' '),
  roles: ['admin', 'auditor'],
  query: z.object({
    since: searchShape.since,
    until: searchShape.until,
    filter: searchShape.filter,
    format: z.enum(['jsonl', 'csv']).optional().describe('default jsonl'),
    payloads: booleanParameter().optional().describe('default false'),
  }),
  answers: {
    200: {
      description: 'Lines',
      content: { 'application/x-ndjson': Event, 'text/csv': z.string() },
      headers: INDEXED_THROUGH,
    },
  },
  problems: ['invalid_parameter', 'search_unavailable'],
} as const satisfies Operation;

export const tailEvents = {
  id: 'tailEvents',
  method: 'GET',
  path: API_PATHS.tail,
  summary: 'Events as they complete, from now on, each verified against the book',
  description:
    'One event a line, straight from the book and not from the index. An empty line now and then says that nothing happened. Ends with the token.',
  roles: ['admin', 'auditor'],
  answers: { 200: { description: 'Lines without an end', content: { 'application/x-ndjson': Event } } },
  problems: [],
} as const satisfies Operation;

export const RecordProof = z
  .strictObject({
    shard: z.string(),
    index: z.int(),
    leaf: z.string().describe('the record as the tree has it: canonical JSON without personal data'),
    hashes: z.array(z.string()).readonly().describe('base64, from the sibling of the leaf up (RFC 9162 section 2.1.3)'),
    treeSize: z.int(),
    checkpoint: z.string().describe('C2SP tlog-checkpoint that signs the root of that tree'),
    verifierKey: z.string().describe('C2SP verifier key of the log; compare it with the one you were given'),
    proof: z.string().describe('the same as a C2SP tlog-proof'),
  })
  .meta({ id: 'RecordProof' });

export const getProof = {
  id: 'getProof',
  method: 'GET',
  path: API_PATHS.proof,
  summary: 'That a record is in the book which the newest checkpoint signs',
  description: 'For any record, also those of which no event shows more than a count. Nothing in it is personal.',
  roles: ['admin', 'auditor'],
  params: recordParams,
  query: z.object({ format: z.enum(['json', 'tlog-proof']).optional().describe('default json') }),
  answers: {
    200: { description: 'The proof', content: { 'application/json': RecordProof, 'text/plain': z.string() } },
  },
  problems: ['invalid_parameter', 'not_found', 'not_indexed', 'record_damaged', 'search_unavailable'],
} as const satisfies Operation;
