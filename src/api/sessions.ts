/** `GET /api/v1/sessions` and `/api/v1/sessions/{id}`: from the index, like a search of events. */
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { getSession as showOperation, listSessions as listOperation } from '#api/contract/sessions.ts';
import type { CursorPlace } from '#api/cursors.ts';
import { linksOf } from '#api/links.ts';
import type { ApiParts } from '#api/parts.ts';
import { fixedTimes, indexedThroughText } from '#api/search-events.ts';
import { faultRefusal, troubleRefusal } from '#api/search-trouble.ts';
import { err, ok, type Result } from '#result.ts';

type ListQuery = ApiInput<typeof listOperation>['query'];

const listOf = ({ caller, connection, client, since, until }: ListQuery): readonly unknown[] => [
  'sessions',
  caller ?? null,
  connection ?? null,
  client ?? null,
  since ?? null,
  until ?? null,
];

export async function listSessions(
  call: ApiCall,
  { query }: ApiInput<typeof listOperation>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const { searcher, cursors, publicUrl } = parts;
  const place = opened(query.after, listOf(query), parts);
  if (!place.ok) return place;
  const after = place.value?.kind === 'sessions' ? place.value.at : undefined;
  const times = place.value ?? fixedTimes(query, parts.clock());
  const { since, until } = times;
  const answer = await searcher.ask('sessions', { ...query, since, until, after }, call.signal);
  if (!answer.ok) return err(troubleRefusal(answer.error));
  if (!answer.value.ok) return err(faultRefusal(answer.value.error));
  const { sessions, unattributed, next, indexedThrough } = answer.value.value;
  const sealed = next && cursors.seal({ kind: 'sessions', at: next, since, until }, listOf(query));
  return ok({
    json: { sessions, unattributed },
    headers: {
      link: linksOf(publicUrl, call.path, query, sealed),
      'x-gatebook-indexed-through': indexedThroughText(indexedThrough),
    },
  });
}

export async function getSession(
  call: ApiCall,
  { params: { id }, query }: ApiInput<typeof showOperation>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const { searcher, cursors, publicUrl } = parts;
  const place = opened(query.after, ['session', id], parts);
  if (!place.ok) return place;
  const after = place.value?.kind === 'page' ? place.value.at : undefined;
  const answer = await searcher.ask('session', { id, limit: query.limit, after }, call.signal);
  if (!answer.ok) return err(troubleRefusal(answer.error));
  if (!answer.value.ok) return err(faultRefusal(answer.value.error));
  if (answer.value.value === undefined)
    return err({ code: 'not_found', reason: 'no_session', detail: 'no record of such a session can be found' });
  const { session, hits, next, indexedThrough } = answer.value.value;
  const sealed = next && cursors.seal({ kind: 'page', at: next }, ['session', id]);
  return ok({
    json: { session, events: hits.map(({ event }) => event) },
    headers: {
      link: linksOf(publicUrl, call.path, query, sealed),
      'x-gatebook-indexed-through': indexedThroughText(indexedThrough),
    },
  });
}

function opened(
  after: string | undefined,
  search: readonly unknown[],
  { cursors }: Pick<ApiParts, 'cursors'>,
): Result<CursorPlace | undefined, ApiRefusal> {
  if (after === undefined) return ok(undefined);
  const place = cursors.open(after, search);
  return place === undefined ? err({ code: 'invalid_cursor', reason: 'cursor', parameter: 'after' }) : ok(place);
}
