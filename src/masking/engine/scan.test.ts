import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScanBudget } from '#masking/engine/budget.ts';
import { createKeyMeanings, NO_PLACE, type Place } from '#masking/engine/place.ts';
import { Scan } from '#masking/engine/scan.ts';
import { LIMITS } from '#limits.ts';

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

test('a scan is full when there are more candidates than it weighs, and weighs no more', () => {
  const scan = new Scan(new ScanBudget());
  scan.begin('1234', NO_PLACE, new ScanBudget());
  const propose = (): void => scan.propose({ start: 0, end: 4, type: 'PHONE_NUMBER', rule: 'r', base: 0.9 });
  for (let at = 0; at < LIMITS.maskingCandidates; at++) propose();
  assert.equal(scan.isFull, false);
  propose();
  assert.equal(scan.isFull, true);
  assert.equal(scan.hits.length, LIMITS.maskingCandidates);
});
