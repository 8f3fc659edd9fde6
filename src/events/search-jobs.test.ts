import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBookIndex } from '#events/book-index.ts';
import { runSearchJob, type SearchJob } from '#events/search-jobs.ts';
import { LIMITS } from '#limits.ts';
import { answer, NOON, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

test('each question is answered by what it is for', (t) => {
  const data = temporaryDirectory(t);
  writeIndex(data, 'a', [toolCall(0, 'find', {}), answer(1, 0, 'x')]);
  const index = openBookIndex(data);
  t.after(() => index.close());
  const asked = (job: SearchJob): string =>
    JSON.stringify(runSearchJob(index, job, { limits: LIMITS, nowMs: NOON + 9, monotonic: () => 0 }));
  assert.match(asked({ kind: 'page', input: {} }), /"hits":\[\{"event":\{"id":"a:0"/);
  assert.match(asked({ kind: 'follow', input: {} }), /"next":\{"a":2\}/);
  assert.match(asked({ kind: 'facets', input: { by: ['name'], limit: 1 } }), /"value":"find","count":1/);
  assert.match(asked({ kind: 'histogram', input: { interval: '1d' } }), /"outcomes":\{"ok":1\}/);
  assert.match(asked({ kind: 'event', input: { shard: 'a', n: 1 } }), /"id":"a:0"/);
  assert.equal(asked({ kind: 'indexed', input: null }), '{"a":2}');
});
