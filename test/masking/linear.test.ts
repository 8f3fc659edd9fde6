/** No input makes a built-in rule slow: every pattern is analysed, and twice the input is twice the work. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSync } from 'recheck';
import { ScanBudget } from '#masking/engine/budget.ts';
import { createEngine } from '#masking/engine/engine.ts';
import { ENTITIES } from '#masking/engine/entities.ts';
import { createKeyMeanings, NO_PLACE } from '#masking/engine/place.ts';
import { adversarialTexts } from './adversarial.ts';
import { JSON_CASES } from './json-cases.ts';
import { CLEAN_PROSE, PROSE } from './prose-cases.ts';

const engine = createEngine({ types: new Set(ENTITIES) });
const keys = createKeyMeanings();
/** Patterns that only ever get so much cannot take long, whatever their form. */
const SHORT_INPUT = 256;
const WORK = 1e12;
/**
 * A pattern whose analysis runs into a limit of time counts as vulnerable, and on a busy machine each would: only what it reads is
 * limited. Who is not done in a minute is not known.
 */
const COUNTED = {
  timeout: 60_000,
  attackTimeout: null,
  incubationTimeout: null,
  seedingTimeout: null,
  recallTimeout: -1,
};

/** Runs `run` and tells of every pattern it asked, with the longest text that it got, and how often patterns were asked. */
function watched(run: () => void): { readonly longest: ReadonlyMap<string, number>; readonly asked: number } {
  const longest = new Map<string, number>();
  let asked = 0;
  // oxlint-disable-next-line typescript/unbound-method -- called with the pattern it was asked of
  const { exec } = RegExp.prototype;
  // every way to ask a pattern goes through here (ECMA-262, RegExpExec)
  const watch = function (this: RegExp, text: string): RegExpExecArray | null {
    asked++;
    const name = String(this);
    longest.set(name, Math.max(longest.get(name) ?? 0, text.length));
    return exec.call(this, text);
  };
  // oxlint-disable-next-line no-extend-native -- put back below
  Object.defineProperty(RegExp.prototype, 'exec', { value: watch, configurable: true, writable: true });
  try {
    run();
  } finally {
    // oxlint-disable-next-line no-extend-native -- what it was
    Object.defineProperty(RegExp.prototype, 'exec', { value: exec, configurable: true, writable: true });
  }
  return { longest, asked };
}

const FILLER = ' ~'.repeat(SHORT_INPUT);
const everyKind = [...PROSE, ...CLEAN_PROSE, ...JSON_CASES.map((one) => JSON.stringify(one))].map(
  (text) => `${text.replaceAll(/«[A-Z_]+\||»/g, '')}${FILLER}`,
);
const places = [
  NO_PLACE,
  ...['phone', 'full_name', 'address', 'company', 'dob', 'assignee', 'api_secret', 'account_number'].map(
    (key) => keys(key).place,
  ),
];

test('every pattern that gets a text as long as its sender likes takes linear time', () => {
  const { longest } = watched(() => {
    for (const place of places)
      for (const text of [...everyKind, ...adversarialTexts(2 * SHORT_INPUT).map((one) => one.text)])
        engine.scan(text, place, new ScanBudget());
  });
  const patterns = [...longest].filter(([, length]) => length > SHORT_INPUT).map(([name]) => name);
  assert.ok(patterns.length >= 40, `only ${patterns.length} patterns seen`);
  const statuses = patterns.map((name) => {
    const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(name) ?? [];
    return { name, status: checkSync(source, flags, COUNTED).status };
  });
  assert.deepEqual(
    statuses.filter(({ status }) => status === 'vulnerable'),
    [],
  );
  // where the analysis has no native program it does not come to an end with each of the largest
  assert.ok(statuses.filter(({ status }) => status === 'safe').length >= statuses.length * 0.9);
  assert.equal(checkSync('(a+)+$', '', COUNTED).status, 'vulnerable');
});

/** What a scan costs: the budget it spends, and how often it asks a pattern. */
function workOf(text: string): number {
  const budget = new ScanBudget(WORK);
  const { asked } = watched(() => void engine.scan(text, NO_PLACE, budget));
  return WORK - budget.left + asked * 64;
}

test('twice the input is no more than twice the work, for texts made to be slow', () => {
  const half = adversarialTexts(32 * 1024);
  const whole = adversarialTexts(64 * 1024);
  const worse = half.flatMap(({ name, text }, at) => {
    const ratio = workOf(whole[at]?.text ?? '') / workOf(text);
    return ratio > 2.2 ? [`${name}: ${ratio.toFixed(2)}`] : [];
  });
  assert.deepEqual(worse, []);
});
