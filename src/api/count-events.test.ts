import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Facet, Histogram } from '#api/contract/events.ts';
import { ROUTES } from '#api/routes.ts';
import { AUDITOR_TOKEN, by, directSearcher, listenApi } from '#test/fakes/api.ts';
import { answer, NOON, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

test('counts are as the contract says, of what the search leaves', async (t) => {
  const data = temporaryDirectory(t);
  writeIndex(data, 'a', [toolCall(0, 'find', {}), answer(1, 0, 'x'), toolCall(2, 'drop', {})]);
  const { ask } = await listenApi(t, ROUTES, { searcher: directSearcher(t, data, () => NOON + 1_000) });
  const get = async (path: string) =>
    ask({ method: 'GET', path: `/api/v1/events/${path}`, headers: by(AUDITOR_TOKEN) });
  const facets = Facet.array().parse(JSON.parse((await get('facets?by=name,outcome&limit=1')).text));
  assert.deepEqual(
    facets.map(({ attribute, values, others }) => [attribute, values.length, others]),
    [
      ['name', 1, 1],
      ['outcome', 1, 1],
    ],
  );
  const histogram = Histogram.parse(JSON.parse((await get('histogram?since=1h&filter=outcome%20eq%20%22ok%22')).text));
  assert.deepEqual(
    histogram.buckets.map(({ count, outcomes }) => [count, outcomes]),
    [[1, { ok: 1 }]],
  );
  for (const path of [
    'facets',
    'facets?by=nothing',
    'facets?by=name&limit=1000',
    'histogram?interval=1s',
    'histogram?interval=1m&since=9d',
  ])
    assert.equal((await get(path)).status, 400, path);
});
