import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownHeader } from '#masking/own-words.ts';

test('a header of the gateway’s own words is the JSON of exactly what was given', () => {
  assert.equal(ownHeader({ detail: { free: 7, state: 'low' } }), '{"detail":{"free":7,"state":"low"}}');
});
