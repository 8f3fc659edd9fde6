import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, plan } from '@bufbuild/cel';
import { assert as holds, constantFrom, letrec, oneof, property, tuple } from 'fast-check';
import { conditionEnv, createBudget } from '#policy/condition-budget.ts';
import { filterOf } from '#policy/condition-filter.ts';
import type { CallNames } from '#policy/condition-filter.ts';

const CALL: CallNames = { connection: 'prod', method: 'tools/call', name: 'delete_note' };
const said = (text: string, names: Partial<CallNames> = {}): boolean | undefined =>
  filterOf(parse(text).expr)?.({ ...CALL, ...names });

test('a name that is not the one a condition asks for rules it out, whatever else it asks', () => {
  for (const [text, others] of [
    ['name == "delete_note" && args.n > 1', { name: 'get_note' }],
    ['args.n > 1 && "tools/call" == method', { method: 'prompts/get' }],
    ['name.startsWith("delete_") && has(args.force)', { name: 'get_note' }],
    ['name.endsWith("_note") && connection in ["prod", "lab"]', { connection: 'home' }],
    ['method == "tools/call" && connection == "prod" && name == "delete_note"', { name: '' }],
    ['(name == "delete_note" && args.n > 1) || name.startsWith("drop_")', { name: 'get_note' }],
  ] as const) {
    assert.equal(said(text), true, text);
    assert.equal(said(text, others), false, text);
  }
});

test('where anything else may make a condition true, nothing is ruled out by names', () => {
  for (const text of [
    'has(args.n)',
    'name == "other" || args.n > 1',
    '!(name == "other")',
    'name != "delete_note"',
    'name == caller.subject',
    'name in [caller.subject]',
    'name.startsWith(connection)',
    'name.contains("x")',
    'args.list.all(name, name == "x")',
    'name == "other" ? true : true',
    '"okta:dev" in caller.groups',
  ])
    assert.equal(said(text), undefined, text);
});

/** Parts that are true, that are false, and that fail, of a call that has no arguments. */
const PART = constantFrom(
  'name == "delete_note"',
  'name == "other"',
  '"tools/call" == method',
  'method.startsWith("prompts/")',
  'connection in ["lab", "prod"]',
  'connection in []',
  'name.endsWith("note")',
  'args.gone > 1',
  'has(args.gone)',
  '1 / 0 == 1',
  'true',
  'false',
);
const CONDITION = letrec<{ condition: string }>((tie) => ({
  condition: oneof(
    { maxDepth: 4 },
    PART,
    tuple(tie('condition'), constantFrom('&&', '||'), tie('condition')).map(
      ([one, operator, other]) => `(${one}) ${operator} (${other})`,
    ),
    tie('condition').map((one) => `!(${one})`),
  ),
})).condition;

test('what is ruled out is what CEL itself finds false: never what is true, and never what fails and so denies', () => {
  const env = conditionEnv(createBudget(1_000_000));
  let ruledOut = 0;
  holds(
    property(CONDITION, (text) => {
      const parsed = parse(text);
      if (filterOf(parsed.expr)?.(CALL) !== false) return;
      ruledOut += 1;
      assert.equal(plan(env, parsed)({ ...CALL, args: new Map() }), false, text);
    }),
    { numRuns: 2_000 },
  );
  assert.ok(ruledOut > 100, `only ${ruledOut} were ruled out`);
});
