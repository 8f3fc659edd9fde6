import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitIndexed } from '#api/wait-indexed.ts';
import type { Searcher } from '#events/searcher.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';

const call = { signal: new AbortController().signal };
const searcherAt = (through: () => number): Searcher => ({
  ask: async () => ok({ a: through() }),
  close: async () => undefined,
});

test('the wait ends when the record is indexed', async () => {
  let through = 3;
  const parts = { searcher: searcherAt(() => (through += 1)), limits: LIMITS, monotonic: () => 0 };
  assert.deepEqual(await waitIndexed({ shard: 'a', n: 5 }, call, parts), { ok: true, value: true });
  assert.equal(through, 6);
});

test('the wait ends with its time, with the asker, and at once where the index cannot be asked', async () => {
  let nowMs = 0;
  const late = { searcher: searcherAt(() => 0), limits: LIMITS, monotonic: () => (nowMs += LIMITS.searchWaitMs) };
  const codeOf = async (...args: Parameters<typeof waitIndexed>): Promise<string> => {
    const waited = await waitIndexed(...args);
    return waited.ok ? 'ok' : waited.error.code;
  };
  assert.equal(await codeOf({ shard: 'a', n: 5 }, call, late), 'not_indexed');
  const still = { ...late, monotonic: () => 0 };
  assert.equal(await codeOf({ shard: 'a', n: 5 }, { signal: AbortSignal.abort() }, still), 'not_indexed');
  const failing: Searcher = { ask: async () => err({ reason: 'failed', message: '' }), close: async () => undefined };
  assert.equal(await codeOf({ shard: 'a', n: 5 }, call, { ...still, searcher: failing }), 'search_unavailable');
});

test('what every object has is no shard that is indexed', async () => {
  const sizes = Object.create({ inherited: 9 }) as Record<string, number>;
  const searcher: Searcher = { ask: async () => ok(sizes), close: async () => undefined };
  let nowMs = 0;
  const parts = { searcher, limits: LIMITS, monotonic: () => (nowMs += LIMITS.searchWaitMs) };
  const waited = await waitIndexed({ shard: 'inherited', n: 5 }, call, parts);
  assert.equal(waited.ok ? 'ok' : waited.error.code, 'not_indexed');
});
