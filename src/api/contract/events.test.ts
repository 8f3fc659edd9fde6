import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { countFacets, countHistogram, getEvent, searchEvents } from '#api/contract/events.ts';
import { FACET_NAMES } from '#events/filter/attributes.ts';
import { LIMITS } from '#limits.ts';

const takes = (schema: z.ZodType, value: object): boolean => schema.safeParse(value).success;

test('parameters are bounded before anything is made of them', () => {
  const { query } = searchEvents;
  assert.ok(takes(query, { q: 'ada', filter: 'name pr', since: '7d', limit: '1000', order: 'newest' }));
  for (const wrong of [
    { limit: '1001' },
    { limit: '0' },
    { order: 'ascending' },
    { since: 'x'.repeat(65) },
    { after: 'x'.repeat(4_097) },
    { q: 'x'.repeat(4 * LIMITS.searchTextChars + 1) },
    { filter: 'x'.repeat(4 * LIMITS.filterChars + 1) },
    { wait: '../x:1' },
  ])
    assert.equal(takes(query, wrong), false, JSON.stringify(wrong));
  assert.equal(takes(countFacets.query, {}), false);
  assert.equal(takes(countHistogram.query, { interval: '2h' }), false);
  assert.equal(takes(getEvent.params, { shard: 'a', index: '9007199254740993' }), false);
});

test('the attributes to count by are named in the description', () => {
  const { by } = countFacets.query.shape;
  for (const name of FACET_NAMES) assert.ok(by.description?.includes(name), name);
});
