import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCustomDetector, type CustomPattern } from '#masking/custom-patterns.ts';
import { ScanBudget } from '#masking/engine/budget.ts';
import { createEngine } from '#masking/engine/engine.ts';
import { NO_PLACE } from '#masking/engine/place.ts';
import { LIMITS } from '#limits.ts';

const badge: CustomPattern = { rule: 'badge', type: 'BADGE', pattern: 'B-\\d{4}' };

function engineOf(...patterns: readonly CustomPattern[]) {
  const detector = createCustomDetector(patterns);
  assert.ok(detector.ok);
  return createEngine({ types: new Set(detector.value.types), detectors: [detector.value] });
}

test('a pattern of an operator finds what it names, also behind an encoding', () => {
  for (const [text, expected] of [
    ['badges B-1234, B-5678', ['B-1234', 'B-5678']],
    ['B%2D1234', ['B%2D1234']],
    ['none', []],
  ] as const) {
    const hits = engineOf(badge).scan(text, NO_PLACE, new ScanBudget());
    assert.ok(hits.ok);
    assert.deepEqual(
      hits.value.map(({ start, end }) => text.slice(start, end)),
      expected,
    );
  }
});

test('what RE2 does not do, what matches everywhere, and what is too much is refused by its name', () => {
  const refused = (...patterns: readonly CustomPattern[]) => {
    const detector = createCustomDetector(patterns);
    return detector.ok ? undefined : detector.error.rule;
  };
  for (const pattern of ['(a)\\1', '(?<!a)b', '(', 'a*', '', 'x'.repeat(LIMITS.customPatternChars + 1)])
    assert.equal(refused({ ...badge, pattern }), 'badge', pattern);
  assert.equal(refused({ ...badge, type: 'badge' }), 'badge');
  assert.equal(refused(...Array.from({ length: LIMITS.customPatterns + 1 }, () => badge)), '');
  assert.equal(refused(badge), undefined);
});

test('a pattern that would be slow elsewhere ends, within the budget of the message', () => {
  const slow: CustomPattern = { rule: 'slow', type: 'SLOW', pattern: '(a|aa)+b' };
  const text = 'a'.repeat(20_000);
  const hits = engineOf(slow).scan(text, NO_PLACE, new ScanBudget());
  assert.deepEqual(hits, { ok: true, value: [] });
  assert.equal(engineOf(slow).scan(text, NO_PLACE, new ScanBudget(text.length * 2)).ok, false);
});
