import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCustomPatterns, createCustomDetector, type CustomPattern } from '#masking/custom-patterns.ts';
import { ScanBudget } from '#masking/engine/budget.ts';
import { createEngine } from '#masking/engine/engine.ts';
import { Scan } from '#masking/engine/scan.ts';
import { createKeyMeanings, NO_PLACE, type Place } from '#masking/engine/place.ts';
import { LIMITS } from '#limits.ts';

const BADGE: CustomPattern = {
  name: 'badge',
  entity: 'BADGE',
  pattern: 'B-\\d{4}',
  group: 0,
  score: 0.9,
  context: [],
};

function found(pattern: Partial<CustomPattern>, text: string, place: Place = NO_PLACE): string[] {
  const detector = createCustomDetector([{ ...BADGE, ...pattern }]);
  const engine = createEngine({ types: new Set(detector.types), detectors: [detector] });
  const hits = engine.scan(text, place, new ScanBudget());
  assert.ok(hits.ok);
  return hits.value.map(({ start, end }) => text.slice(start, end));
}
const faultsOf = (...patterns: readonly Partial<CustomPattern>[]): readonly string[] =>
  checkCustomPatterns(patterns.map((one) => ({ ...BADGE, ...one }))).map(
    ({ index, at, message }) => `${index} ${at}: ${message}`,
  );

test('a pattern of an operator finds what it names, also behind an encoding', () => {
  assert.deepEqual(found({}, 'badges B-1234, B-5678'), ['B-1234', 'B-5678']);
  assert.deepEqual(found({}, 'B%2D1234'), ['B%2D1234']);
  assert.deepEqual(found({}, 'none'), []);
});

test('of a group the value is the group; of one that took no part, or is empty, the whole match', () => {
  assert.deepEqual(found({ pattern: 'no\\. (\\d+)', group: 1 }, 'badge no. 77'), ['77']);
  assert.deepEqual(found({ pattern: 'no\\. (\\d+)|B-\\d+', group: 1 }, 'B-1'), ['B-1']);
  assert.deepEqual(found({ pattern: 'no\\. (\\d*)', group: 1 }, 'no. x'), ['no. ']);
});

test('a low score needs a word beside the value, before or behind it, or in its key', () => {
  const unsure = { pattern: '\\d{4}', score: 0.3, context: ['badge'] };
  const keys = createKeyMeanings(new Map([['badge', ['BADGE']]]));
  assert.deepEqual(found(unsure, 'year 2026'), []);
  assert.deepEqual(found(unsure, 'his Badge is 2026'), ['2026']);
  assert.deepEqual(found(unsure, '2026 is the badge'), ['2026']);
  assert.deepEqual(found(unsure, '2026', keys('badge_no').place), ['2026']);
  assert.deepEqual(found(unsure, '2026', keys('year').place), []);
});

test('what RE2 does not do, what matches everywhere, and what is too much is refused with its part and the reason', () => {
  for (const [pattern, fault] of [
    ['(?<!a)b', /^0 pattern: RE2 has no look-around/],
    ['a(?=b)', /^0 pattern: RE2 has no look-around/],
    ['(a)\\1', /^0 pattern: invalid escape sequence: `\\1`/],
    ['(', /^0 pattern: missing closing \)/],
    ['a*', /^0 pattern: it matches the empty text/],
    ['\\b', /^0 pattern: it matches the empty text/],
    ['a|$', /^0 pattern: it matches the empty text/],
    ['x'.repeat(LIMITS.customPatternChars + 1), /^0 pattern: it is longer than/],
    ['(?:a{1,50}){1,20}', /^0 pattern: it makes \d+ instructions/],
  ] as const) {
    const [only, ...more] = faultsOf({ pattern });
    assert.match(only ?? 'nothing', fault, pattern);
    assert.deepEqual(more, []);
  }
  assert.deepEqual(faultsOf({}, { name: 'other', pattern: '\\(\\?=x' }), []);
  assert.deepEqual(faultsOf({}, {}), ['1 name: "badge" is the name of another']);
  assert.deepEqual(faultsOf({ group: 1 }), ['0 group: it has 0 groups']);
  assert.deepEqual(faultsOf({ score: 0.4 }), ['0 score: below 0.5 it finds nothing by itself']);
  assert.deepEqual(faultsOf({ score: 0.4, context: ['a'] }), []);
  const many = Array.from({ length: 10 }, (_, at) => ({ name: `n${at}`, pattern: 'a{900}' }));
  const [first, ...more] = faultsOf(...many);
  assert.match(first ?? 'nothing', /^8 pattern: with those before it, it makes \d+ instructions/);
  assert.equal(more.length, 1);
});

test('a value is found wherever it stands in a long text, and as a whole however long it is', () => {
  const { customPatternReach: reach } = LIMITS;
  const window = 4 * reach;
  for (let at = window - 2 * reach - 9; at < window + 9; at += 1) {
    const text = `${'~'.repeat(at)} B-1234 ${'~'.repeat(window)}`;
    assert.deepEqual(found({}, text), ['B-1234'], `at ${at}`);
  }
  for (const length of [reach - 1, window - 1, window, window + 1, 5 * window])
    for (const at of [0, 3, window - 1]) {
      const value = `B${'1'.repeat(length)}`;
      assert.deepEqual(found({ pattern: 'B\\d+' }, `${'~'.repeat(at)}${value}~`), [value], `${length} at ${at}`);
      assert.deepEqual(found({ pattern: 'B\\d+' }, `${'~'.repeat(at)}${value}`), [value], `${length} at the end`);
    }
});

test('neither the edge of what is looked at nor half a character is an edge of the text', () => {
  const { customPatternReach: reach } = LIMITS;
  // the second time it is looked at from here on
  const edge = 3 * reach;
  const text = `${'a'.repeat(edge + 5)}~${'c'.repeat(8 * reach)}`;
  for (const pattern of ['^a{5}~', '\\ba{5}~', '~c+\\bc']) assert.deepEqual(found({ pattern }, text), [], pattern);
  assert.deepEqual(found({ pattern: '\\Ba{5}~' }, text), ['aaaaa~']);
  assert.deepEqual(found({ pattern: 'cb$' }, `${text}b`), ['cb']);
  for (const shift of ['', 'x']) {
    const faces = `${shift}${'😀'.repeat(8 * reach)}B-1234${'😀'.repeat(8 * reach)}`;
    assert.deepEqual(found({ pattern: '[^😀x]{6}' }, faces), ['B-1234']);
  }
});

test('what a pattern costs is paid before it looks, so that no text makes it take longer than the budget has', () => {
  const scanned = (pattern: string, text: string, budget: ScanBudget): Scan => {
    const scan = new Scan(budget);
    scan.begin(text, NO_PLACE, budget);
    createCustomDetector([{ ...BADGE, pattern }]).find(scan);
    return scan;
  };
  const text = 'a'.repeat(64 * 1024);
  const budget = new ScanBudget(1_000_000);
  scanned('a[^b]*b|a', text, budget);
  const oneSearch = 2 * 4 * LIMITS.customPatternReach;
  assert.ok(budget.isExhausted && budget.left >= -oneSearch, `${budget.left} left`);
  // with everything that a message has it ends as every text with too many findings does
  const whole = new ScanBudget();
  assert.equal(scanned('a[^b]*b|a', text, whole).isFull, true);
  assert.ok(whole.left > LIMITS.maskingWork / 2, `${whole.left} left`);
  const ofPatterns = new ScanBudget(undefined, undefined, text.length);
  scanned('(?:a?){99}b', text, ofPatterns);
  assert.equal(ofPatterns.isExhaustedByPatterns, true);
});
