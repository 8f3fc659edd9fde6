/** `GET /api/v1/events/facets` and `/histogram`: counts for whoever wants to narrow a search. */
import type { ApiCall, ApiInput, ApiOutcome } from '#api/call.ts';
import type { countFacets as facetsOperation, countHistogram as histogramOperation } from '#api/contract/events.ts';
import type { ApiParts } from '#api/parts.ts';
import { recordTextSearch } from '#api/payload-read.ts';
import { faultRefusal, troubleRefusal } from '#api/search-trouble.ts';
import { err, ok } from '#result.ts';

const DEFAULT_VALUES = 10;

export async function countFacets(
  call: ApiCall,
  { query }: ApiInput<typeof facetsOperation>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const recorded = await recordTextSearch(call, query, parts);
  if (!recorded.ok) return recorded;
  const { by, limit = DEFAULT_VALUES, ...search } = query;
  const counted = await parts.searcher.ask('facets', { ...search, by: by.split(','), limit }, call.signal);
  if (!counted.ok) return err(troubleRefusal(counted.error));
  return counted.value.ok ? ok({ json: counted.value.value }) : err(faultRefusal(counted.value.error));
}

export async function countHistogram(
  call: ApiCall,
  { query }: ApiInput<typeof histogramOperation>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const recorded = await recordTextSearch(call, query, parts);
  if (!recorded.ok) return recorded;
  const { interval = 'auto', ...search } = query;
  const counted = await parts.searcher.ask('histogram', { ...search, interval }, call.signal);
  if (!counted.ok) return err(troubleRefusal(counted.error));
  return counted.value.ok ? ok({ json: counted.value.value }) : err(faultRefusal(counted.value.error));
}
