/**
 * One question about events, as the CLI and the API ask it: who, what, when, and words. Turns text into a bounded query or
 * into a fault that says what is wrong and where. Knows no index and no shard.
 */
import type { Filter } from '#events/filter/ast.ts';
import { parseFilter } from '#events/filter/parser.ts';
import { requiredWords } from '#events/filter/required-words.ts';
import { allOf, textQuery } from '#events/text-query.ts';
import { MOMENT_FORMS, parseMoment } from '#events/time.ts';
import type { Limits } from '#limits.ts';
import { type Result, err, ok } from '#result.ts';

export type EventRequest = {
  readonly q?: string | undefined;
  /** SCIM filter, RFC 7644 section 3.4.2.2. */
  readonly filter?: string | undefined;
  /** RFC 3339 or relative (`15m`); `since` is included, `until` is not. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
};

export type EventQuery = {
  /** FTS5 query (text-query.ts). */
  readonly match: string | undefined;
  readonly filter: Filter | undefined;
  /** Unix ms, half-open. */
  readonly sinceMs: number;
  readonly untilMs: number;
};

export type QueryFault = {
  readonly parameter: 'q' | 'filter' | 'since' | 'until' | 'limit' | 'after' | 'by' | 'interval';
  readonly message: string;
  /** Filters: UTF-16 offset of what is wrong. */
  readonly offset?: number;
  readonly expected?: string;
};

export type QueryLimits = Pick<
  Limits,
  'searchTextChars' | 'searchTextTerms' | 'filterChars' | 'filterDepth' | 'filterComparisons'
>;

/** Beyond every time a record can have (ECMA-262 section 21.4.1.1). */
export const FOREVER_MS = 8.64e15;

export function parseEventQuery(
  request: EventRequest,
  nowMs: number,
  limits: QueryLimits,
): Result<EventQuery, QueryFault> {
  const times = parseTimes(request, nowMs);
  if (!times.ok) return times;
  const words = request.q === undefined ? undefined : textQuery(request.q, limits);
  if (words?.ok === false) return err({ parameter: 'q', message: words.error });
  const filter = request.filter === undefined ? undefined : parseFilter(request.filter, limits);
  if (filter?.ok === false) return err({ parameter: 'filter', ...filter.error });
  return ok({
    ...times.value,
    // What the filter demands anyway, demanded of the text index too: it then gives few rows to look at.
    match: words === undefined ? undefined : allOf([words.value, ...requiredWords(filter?.value)]),
    filter: filter?.value,
  });
}

/** A half-open range of Unix ms. */
export function parseTimes(
  request: Pick<EventRequest, 'since' | 'until'>,
  nowMs: number,
): Result<Pick<EventQuery, 'sinceMs' | 'untilMs'>, QueryFault> {
  const since = moment('since', request.since, nowMs, -FOREVER_MS);
  if (!since.ok) return since;
  const until = moment('until', request.until, nowMs, FOREVER_MS);
  return until.ok ? ok({ sinceMs: since.value, untilMs: until.value }) : until;
}

function moment(
  parameter: 'since' | 'until',
  text: string | undefined,
  nowMs: number,
  otherwise: number,
): Result<number, QueryFault> {
  const time = text === undefined ? otherwise : parseMoment(text, nowMs);
  return time === undefined ? err({ parameter, message: `expected ${MOMENT_FORMS}` }) : ok(time);
}

/** A fault as one sentence for a person. */
export function describeFault(fault: QueryFault): string {
  if (fault.offset === undefined) return `${fault.parameter}: ${fault.message}`;
  return `${fault.parameter}: ${fault.message} at offset ${fault.offset}; expected ${fault.expected ?? 'something else'}`;
}
