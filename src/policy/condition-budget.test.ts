import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCelError, parse, plan } from '@bufbuild/cel';
import { BudgetExceeded, conditionEnv, createBudget, patternWeight } from '#policy/condition-budget.ts';

test('a budget refuses what exceeds it, remembers that, and starts anew', () => {
  const budget = createBudget(10);
  budget.spend(10);
  assert.ok(!budget.isExceeded());
  assert.throws(() => budget.spend(1), BudgetExceeded);
  assert.ok(budget.isExceeded());
  budget.reset();
  budget.spend(10);
  assert.ok(!budget.isExceeded());
});

test('a repetition weighs as many states as it makes', () => {
  assert.equal(patternWeight('abc'), 4);
  assert.ok(patternWeight('x{900}') > 500);
  assert.ok(patternWeight('(x{30}){30}') > 500);
  assert.ok(patternWeight('x{900,}') > 500);
});

const budget = createBudget(1_000_000);
const env = conditionEnv(budget);
const value = (text: string, bindings: Record<string, string> = {}): unknown => {
  budget.reset();
  const result = plan(env, parse(text))(bindings);
  return isCelError(result) ? `error: ${result.message}` : result;
};

test('the guarded functions say what the library says', () => {
  assert.equal(value('size("a\u{1f600}b")'), 3n);
  assert.equal(value('"a\u{1f600}b".size()'), 3n);
  assert.equal(value('"abc".matches("b")'), true);
  assert.equal(value('"abc".contains("bc") && !"abc".contains("x")'), true);
  assert.equal(value('[1, 2] + [3] == [1, 2, 3]'), true);
  assert.equal(value('([1] + [2])[1]'), 2n);
  assert.equal(value('2 in [1, 2] && !(3 in [1, 2]) && 1.0 in [1]'), true);
  assert.equal(value('1 == 1.0 && "1" != "2" && {"a": [1]} == {"a": [1]}'), true);
  assert.equal(value('1 in [1u] && 1u == 1 && [1] in [[2], [1]] && !([1] in [1]) && null in [null]'), true);
  assert.equal(value('9007199254740993 == 9007199254740992.0 || 1 == true || "1" == 1 || null == false'), false);
  assert.equal(
    value('"abc".startsWith("ab") && "abc".endsWith("bc") && !"a".startsWith("ab") && "".endsWith("")'),
    true,
  );
  assert.equal(value('"a" < "b" && "a" <= "a" && "b" > "a" && "b" >= "b" && !("B" > "a") && "a" < "ab"'), true);
  assert.equal(value('int("-12")'), -12n);
  assert.equal(value('double("1.5")'), 1.5);
  assert.equal(value('timestamp("2026-01-01T00:00:00Z") < timestamp("2026-01-01T00:00:01Z")'), true);
  assert.equal(value('duration("90s") > duration("1m")'), true);
});

test('clock fields are UTC whatever the machine thinks, also in an hour its time zone skips', (t) => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Europe/Berlin';
  t.after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  // 02:30 local does not exist on this day in much of Europe.
  const at = 'timestamp("2026-03-29T02:30:15Z")';
  for (const [field, expected] of [
    ['getFullYear', 2026n],
    ['getMonth', 2n],
    ['getDate', 29n],
    ['getDayOfMonth', 28n],
    ['getDayOfWeek', 0n],
    ['getDayOfYear', 87n],
    ['getHours', 2n],
    ['getMinutes', 30n],
    ['getSeconds', 15n],
  ] as const) {
    assert.equal(value(`${at}.${field}()`), expected, field);
  }
  assert.equal(value(`${at}.getHours("Europe/Berlin")`), 4n);
  assert.equal(value(`timestamp("1969-12-31T23:59:59Z").getSeconds()`), 59n);
});

test('texts too long or too empty to be a number are refused', () => {
  assert.match(String(value('int(x)', { x: '1'.repeat(65) })), /too long/);
  assert.match(String(value('int(x)', { x: ' ' })), /no value/);
  assert.match(String(value('double(x)', { x: '' })), /no value/);
});
