import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScanBudget } from '#masking/engine/budget.ts';
import { createKeyMeanings, NO_PLACE, type Place } from '#masking/engine/place.ts';
import { Scan } from '#masking/engine/scan.ts';

const keys = createKeyMeanings();
function scored(text: string, place: Place, base: number, isImmune = false): number {
  const scan = new Scan(new ScanBudget());
  scan.begin(text, place, new ScanBudget());
  const start = text.search(/\d/);
  scan.propose({ start, end: start + 4, type: 'PHONE_NUMBER', rule: 'r', base, isImmune });
  return Math.round((scan.hits[0]?.score ?? 0) * 100) / 100;
}

test('a key or a word that names the type speaks for a candidate, one that names another thing against it', () => {
  assert.equal(scored('1234', NO_PLACE, 0.4), 0);
  assert.equal(scored('call 1234', NO_PLACE, 0.4), 0.8);
  assert.equal(scored('1234 (mobile)', NO_PLACE, 0.4), 0.8);
  assert.equal(scored('1234', keys('phone').place, 0.4), 0.85);
  assert.equal(scored('order 1234', NO_PLACE, 0.9), 0);
  assert.equal(scored('1234', keys('order_id').place, 0.9), 0);
  assert.equal(scored('order 1234', NO_PLACE, 0.9, true), 0.9);
});
