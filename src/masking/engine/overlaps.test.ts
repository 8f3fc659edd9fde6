import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Hit } from '#masking/engine/hit.ts';
import { resolveOverlaps } from '#masking/engine/overlaps.ts';

const hit = (start: number, end: number, change: Partial<Hit> = {}): Hit => ({
  start,
  end,
  type: 'PERSON',
  rule: 'r',
  score: 0.6,
  isValidated: false,
  reasons: [],
  ...change,
});

test('a validated hit stands before a longer guess, a longer one before a shorter, an earlier before a later', () => {
  const card = hit(5, 10, { isValidated: true });
  assert.deepEqual(resolveOverlaps([hit(0, 20), card]), [card]);
  assert.deepEqual(resolveOverlaps([hit(0, 5), hit(3, 9)]), [hit(3, 9)]);
  assert.deepEqual(resolveOverlaps([hit(3, 8), hit(0, 5)]), [hit(0, 5)]);
});

test('of a validated hit that overlaps a better one, what stands beside that stays, and of a guess nothing', () => {
  const [long, short] = [hit(0, 9, { isValidated: true }), hit(5, 13, { isValidated: true })];
  assert.deepEqual(resolveOverlaps([long, short]), [long, { ...short, start: 9 }]);
  assert.deepEqual(resolveOverlaps([long, hit(5, 13)]), [long]);
  assert.deepEqual(resolveOverlaps([long, { ...short, end: 12 }]), [long], 'too little to be worth a token');
  const secret = hit(4, 8, { isValidated: true, type: 'SECRET' });
  const around = hit(0, 20, { isValidated: true });
  assert.deepEqual(resolveOverlaps([secret, around]), [{ ...around, end: 4 }, secret, { ...around, start: 8 }]);
});

test('what does not overlap is all kept, in order', () => {
  assert.deepEqual(resolveOverlaps([hit(5, 9), hit(0, 5), hit(9, 10)]), [hit(0, 5), hit(5, 9), hit(9, 10)]);
});

const anyHit = fc
  .tuple(fc.nat(40), fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.constantFrom('a', 'b'))
  .map(([start, length, isValidated, rule]) => hit(start, start + length, { isValidated, rule }));

test('whatever the hits and their order, the same ones stay, and none overlaps another', () => {
  fc.assert(
    fc.property(fc.array(anyHit, { maxLength: 12 }), (hits) => {
      const kept = resolveOverlaps(hits);
      for (const [at, one] of kept.entries()) assert.ok(at === 0 || (kept[at - 1]?.end ?? 0) <= one.start);
      assert.deepEqual(resolveOverlaps(hits.toReversed()), kept);
      for (const one of hits) assert.ok(kept.some((other) => other.start < one.end && one.start < other.end));
    }),
  );
});
