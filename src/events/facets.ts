/** How often each value of an attribute among the events of a query: what a console offers to narrow by. */
import { type BookIndex, scopeOf } from '#events/book-index.ts';
import { type EventRequest, parseEventQuery, type QueryFault } from '#events/event-query.ts';
import { attributeNamed, FACET_NAMES } from '#events/filter/attributes.ts';
import type { SearchSettings } from '#events/search.ts';
import type { Limits } from '#limits.ts';
import { type Result, err, ok } from '#result.ts';

export type FacetRequest = EventRequest & {
  readonly by: readonly string[];
  /** Values of each attribute. */
  readonly limit: number;
};

export type Facet = {
  readonly attribute: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Events with a value that is not listed. */
  readonly others: number;
  /** Events without this attribute. */
  readonly without: number;
  /** There were more values than are counted: the counts listed are at least so many. */
  readonly incomplete: boolean;
};

export type FacetSettings = SearchSettings & { readonly limits: Pick<Limits, 'facetsMax' | 'facetValuesCounted'> };

/** Throws as `searchEvents`. */
export function countFacets(
  index: BookIndex,
  request: FacetRequest,
  settings: FacetSettings,
): Result<readonly Facet[], QueryFault> {
  const { limits, nowMs } = settings;
  if (request.by.length === 0 || request.by.length > limits.facetsMax)
    return err({ parameter: 'by', message: `expected 1 to ${limits.facetsMax} attributes` });
  const query = parseEventQuery(request, nowMs, limits);
  if (!query.ok) return query;
  const facets: Facet[] = [];
  for (const attribute of request.by) {
    const column = columnOf(attribute);
    if (column === undefined)
      return err({ parameter: 'by', message: `${attribute.slice(0, 64)} is none of: ${FACET_NAMES.join(' ')}` });
    const counts = index
      .readers()
      .map((reader) => reader.countValues(scopeOf(query.value, reader.shard), column, limits.facetValuesCounted + 1));
    facets.push(facetOf(attribute, counts, request.limit, limits.facetValuesCounted));
  }
  return ok(facets);
}

function columnOf(name: string): string | undefined {
  const attribute = attributeNamed(name);
  return attribute?.type === 'string' ? attribute.column : undefined;
}

type Counts = readonly { readonly value: string | null; readonly count: number }[];

function facetOf(attribute: string, perShard: readonly Counts[], limit: number, counted: number): Facet {
  const sums = new Map<string, number>();
  let without = 0;
  for (const { value, count } of perShard.flat()) {
    // A method without a name has the empty one.
    if (value === null || value === '') without += count;
    else sums.set(value, (sums.get(value) ?? 0) + count);
  }
  const ordered = [...sums].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return {
    attribute,
    values: ordered.slice(0, limit).map(([value, count]) => ({ value, count })),
    others: ordered.slice(limit).reduce((sum, [, count]) => sum + count, 0),
    without,
    incomplete: perShard.some((counts) => counts.length > counted),
  };
}
