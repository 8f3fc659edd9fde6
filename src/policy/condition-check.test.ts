import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '@bufbuild/cel';
import { BOUNDED_RANGE, conditionEnv, createBudget } from '#policy/condition-budget.ts';
import { checkCondition } from '#policy/condition-check.ts';

const env = conditionEnv(createBudget(1_000));
const LIMITED = { nodes: 100, macroDepth: 1, recursion: 20 };

test('the range of a macro is guarded, and nobody can write the guard themselves', () => {
  const { expr } = parse('args.l.exists(x, x == 1)');
  assert.deepEqual(checkCondition(expr, env, LIMITED), []);
  assert.ok(expr.exprKind.case === 'comprehensionExpr');
  const range = expr.exprKind.value.iterRange;
  assert.ok(range?.exprKind.case === 'callExpr');
  assert.equal(range.exprKind.value.function, BOUNDED_RANGE);
  assert.throws(() => parse(`${BOUNDED_RANGE}(args.l, 0)`));
});

test('the limits on parts, nesting and macros are those given', () => {
  const faults = (text: string, limits: Partial<typeof LIMITED>): number =>
    checkCondition(parse(text).expr, env, { ...LIMITED, ...limits }).length;
  const nested = 'args.a.all(x, args.b.all(y, x == y))';
  assert.equal(faults(nested, {}), 1);
  assert.equal(faults(nested, { macroDepth: 2 }), 0);
  assert.equal(faults('name == "a" || name == "b"', { nodes: 7 }), 0);
  assert.equal(faults('name == "a" || name == "b"', { nodes: 6 }), 1);
  assert.equal(faults('[[[args.x]]] == args.y', { recursion: 6 }), 0);
  assert.equal(faults('[[[args.x]]] == args.y', { recursion: 5 }), 1);
});
