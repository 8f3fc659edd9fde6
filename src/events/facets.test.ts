import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type BookIndex, openBookIndex } from '#events/book-index.ts';
import { countFacets, type FacetRequest } from '#events/facets.ts';
import { FACET_NAMES } from '#events/filter/attributes.ts';
import { LIMITS, type Limits } from '#limits.ts';
import { answer, NOON, record, ROBOT, toolCall } from '#test/fakes/event-records.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { writeIndex } from '#test/fakes/written-index.ts';

const OCTOBER = NOON - 40 * 86_400_000;

function book(t: TestContext): BookIndex {
  const data = temporaryDirectory(t);
  writeIndex(data, 'a', [
    toolCall(0, 'find', { q: 'ada' }, {}, OCTOBER),
    answer(1, 0, 'x'),
    toolCall(2, 'find', {}, { caller: ROBOT }),
    toolCall(3, 'drop', {}),
    record({ n: 4, kind: 'control', st: 'heartbeat' }),
    toolCall(5, '', {}, { method: 'ping' }),
  ]);
  writeIndex(data, 'a-2', [toolCall(0, 'find', {}), answer(1, 0, 'x', {}, 'error')]);
  const index = openBookIndex(data);
  t.after(() => index.close());
  return index;
}

const count = (index: BookIndex, request: Partial<FacetRequest>, limits: Limits = LIMITS) =>
  countFacets(index, { by: ['name'], limit: 10, ...request }, { nowMs: NOON, limits });

test('values are counted over months and shards, the commonest first, with what is left out', (t) => {
  const index = book(t);
  assert.deepEqual(count(index, { limit: 1 }), {
    ok: true,
    value: [{ attribute: 'name', values: [{ value: 'find', count: 3 }], others: 1, without: 2, incomplete: false }],
  });
});

test('several attributes are counted in one question, of what words and filter leave', (t) => {
  const counted = count(book(t), { by: ['caller.subject', 'outcome'], filter: 'name eq "find"', since: '1d' });
  assert.ok(counted.ok);
  assert.deepEqual(
    counted.value.map(({ attribute, values }) => [attribute, values]),
    [
      [
        'caller.subject',
        [
          { value: 'alice', count: 1 },
          { value: 'robot', count: 1 },
        ],
      ],
      [
        'outcome',
        [
          { value: 'error', count: 1 },
          { value: 'open', count: 1 },
        ],
      ],
    ],
  );
  const words = count(book(t), { q: 'ada' });
  assert.deepEqual(words.ok && words.value[0]?.values, [{ value: 'find', count: 1 }]);
});

test('more values than are counted are said to be so', (t) => {
  const counted = count(book(t), {}, { ...LIMITS, facetValuesCounted: 1 });
  assert.equal(counted.ok && counted.value[0]?.incomplete, true);
});

test('what is no attribute to count by is refused', (t) => {
  const index = book(t);
  for (const by of [
    [],
    ['nme'],
    ['durationMs'],
    ['caller.groups'],
    ['name; DROP TABLE events'],
    Array.from({ length: 17 }, () => 'name'),
  ]) {
    const counted = count(index, { by });
    assert.equal(counted.ok ? '' : counted.error.parameter, 'by', by.join());
  }
  assert.ok(FACET_NAMES.includes('decision.rule') && !FACET_NAMES.includes('time'));
});
