/** Sessions: the calls of one caller through one client to one connection. */
import { z } from 'zod';
import { Event } from '#api/contract/event.ts';
import { CURSOR_CHARS, INDEXED_THROUGH, TIME_CHARS } from '#api/contract/events.ts';
import { integerParameter, type Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { SESSION_STATES } from '#events/session-row.ts';
import { LIMITS } from '#limits.ts';

const text = (chars: number) => z.string().max(chars);
const NAME_CHARS = 1_024;
const count = (what: string) => z.int().describe(what);
const time = (what: string) => z.iso.datetime({ precision: 3 }).describe(what);

export const Session = z
  .strictObject({
    id: z.string().describe('the `session` of its events'),
    shard: z.string(),
    record: z.string().describe('id of its first record'),
    caller: z
      .strictObject({
        issuer: z.string(),
        subject: z.string(),
        kind: z.enum(['person', 'service_account', 'gateway']),
      })
      .optional(),
    client: z
      .strictObject({
        name: z.string().optional().describe('claimed by the client, as its version is'),
        version: z.string().optional(),
        id: z.string().optional().describe('OAuth client of the token'),
      })
      .optional(),
    connection: z.string().optional(),
    era: z.enum(['legacy', 'modern']),
    protocol: z.string().optional().describe('revision of MCP last spoken'),
    first: time('when its first record was made'),
    last: time('when its last record was made'),
    state: z
      .enum(SESSION_STATES)
      .describe(
        'open and idle: nothing in the book ended it; idle: quiet for longer than calls without a legacy session are grouped over',
      ),
    calls: count('requests of the client'),
    open: count('of them without a result yet'),
    denied: count('refused before anything was sent'),
    errors: count('calls that ended neither well nor with an error of the tool itself'),
    toolErrors: count('calls that ended with an error of the tool itself'),
    messages: count('messages beside calls and their answers, either way'),
    bytes: count('of all messages as they were received'),
    tools: z.array(z.string()).readonly().describe('tools called, by first use'),
    moreTools: z.boolean().describe('there were more tools than are listed'),
  })
  .meta({ id: 'Session' });

const counts = {
  records: count('records in the book'),
  count: count('refusals or messages they stand for: those of strangers are collapsed'),
};

export const Unattributed = z
  .strictObject({
    groups: z
      .array(
        z.strictObject({
          connection: z.string().optional(),
          kind: z.enum(['intent', 'denied', 'stream']),
          reason: z.string().describe('code of a refusal; why a message belongs to no call; unreadable'),
          ...counts,
        }),
      )
      .readonly(),
    others: z.strictObject(counts).describe('of groups that are not listed'),
    ...counts,
  })
  .meta({ id: 'Unattributed' });

export const listSessions = {
  id: 'listSessions',
  method: 'GET',
  path: API_PATHS.sessions,
  summary: 'Sessions, those that began last first',
  description: [
    'The first page also counts what belongs to no session, for the same time, connection, caller and client: refusals before a',
    'session was known, and what servers said outside every call. Acts of the gateway itself are no calls and not counted.',
  ].join(' '),
  roles: ['admin', 'auditor'],
  query: z.object({
    caller: text(NAME_CHARS).optional().describe('subject of the caller'),
    connection: text(NAME_CHARS).optional(),
    client: text(NAME_CHARS).optional().describe('claimed name of the client, or OAuth client of its token'),
    since: text(TIME_CHARS)
      .optional()
      .describe('RFC 3339, or how long ago as in 15m 2h 7d: sessions with a record at that time or later'),
    until: text(TIME_CHARS).optional().describe('the same: sessions with a record before'),
    limit: integerParameter(1, LIMITS.searchLimitMax).optional().describe('default 100'),
    after: text(CURSOR_CHARS).optional().describe('from a `next` link; only with the other parameters of that link'),
  }),
  answers: {
    200: {
      description: 'Sessions, and on the first page what belongs to none',
      content: {
        'application/json': z.strictObject({
          sessions: z.array(Session).readonly(),
          unattributed: Unattributed.optional(),
        }),
      },
      headers: { link: 'rel="self" and, where there is more, rel="next" (RFC 8288)', ...INDEXED_THROUGH },
    },
  },
  problems: ['invalid_parameter', 'invalid_cursor', 'search_too_costly', 'search_unavailable'],
} as const satisfies Operation;

export const getSession = {
  id: 'getSession',
  method: 'GET',
  path: API_PATHS.session,
  summary: 'One session with its events, oldest first',
  description:
    'Events without arguments and answers, unverified: read one by its id, or export them with the filter session eq "<id>".',
  roles: ['admin', 'auditor'],
  params: z.object({ id: z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be the id of a session') }),
  query: z.object({
    limit: integerParameter(1, LIMITS.searchLimitMax).optional().describe('default 100'),
    after: text(CURSOR_CHARS).optional().describe('from a `next` link'),
  }),
  answers: {
    200: {
      description: 'The session, and a page of its events',
      content: { 'application/json': z.strictObject({ session: Session, events: z.array(Event).readonly() }) },
      headers: { link: 'rel="self" and, where there is more, rel="next" (RFC 8288)', ...INDEXED_THROUGH },
    },
  },
  problems: ['invalid_parameter', 'invalid_cursor', 'not_found', 'search_too_costly', 'search_unavailable'],
} as const satisfies Operation;
