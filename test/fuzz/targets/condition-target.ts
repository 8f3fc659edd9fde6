/** Conditions: what compiles can be evaluated on any call, gives the same twice, and never takes long or throws. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Caller } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import { createConditions } from '#policy/conditions.ts';
import type { Conditions, Verdict } from '#policy/conditions.ts';
import type { PolicyInput } from '#policy/input.ts';
import { fuzzTarget } from '../target.ts';
import type { FuzzTarget } from '../target.ts';

const CALLER: Caller = {
  issuer: 'i',
  namespace: 'okta',
  subject: 's',
  kind: 'person',
  groups: ['okta:g', 'okta:h'],
  client: undefined,
  scopes: [],
};
const numbers = Array.from({ length: 3_000 }, (_, n) => n);
const nested: unknown = JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`);
/** Part of a value of a call, and of no condition. */
const LONG_VALUE = 'x'.repeat(2_000);
/** About 64 KB in all, of every shape. */
const ARGS: readonly unknown[] = [
  {},
  { a: 'x', b: 1, n: 9007199254740993n, d: 1.5, l: ['a', 'b'], o: { a: { b: null } }, t: true, z: null },
  {
    a: 'x'.repeat(20_000),
    b: 'x'.repeat(20_000),
    l: numbers,
    o: Object.fromEntries(numbers.slice(0, 500).map((n) => [`k${n}`, n])),
    d: nested,
    n: 10n ** 300n,
  },
];
const inputOf = (args: unknown): PolicyInput => ({
  caller: CALLER,
  connection: 'c',
  method: 'tools/call',
  name: 'get_a',
  args,
  findings: [{ rule: 'r', type: 'SECRET', pointer: '/a', count: 1 }],
  nowMs: Date.UTC(2026, 0, 5, 12),
});

const ATOMS = [
  'args.a',
  'args.b',
  'args.n',
  'args.d',
  'args.l',
  'args.o',
  'args.t',
  'args.gone',
  'name',
  'method',
  'caller.groups',
  'caller.subject',
  'now',
  'findings',
  'tool.changed',
  'tool.annotations',
  '1',
  '-1',
  '1.5',
  '"x"',
  '""',
  'true',
  'null',
  '[]',
  '{}',
  '[1, "a"]',
  '{"a": 1}',
  'x',
  '9223372036854775807',
  'timestamp("2026-01-01T00:00:00Z")',
];
const BINARY = ['==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '&&', '||', 'in'];
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...ATOMS),
    fc
      .tuple(tie('expression'), fc.constantFrom(...BINARY), tie('expression'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('contains', 'startsWith', 'endsWith'), tie('expression'))
      .map(([a, name, b]) => `${a}.${name}(${b})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('exists', 'all', 'exists_one', 'filter', 'map'), tie('expression'))
      .map(([a, name, b]) => `${a}.${name}(x, ${b})`),
    fc
      .tuple(
        fc.constantFrom('size', 'int', 'string', 'double', 'bool', 'dyn', 'timestamp', 'duration', 'has'),
        tie('expression'),
      )
      .map(([name, a]) => `${name}(${a})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('(a+)+$', 'x{900}', '(x|xx)*y', '[', '^.*$'))
      .map(([a, pattern]) => `${a}.matches("${pattern}")`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    tie('expression').map((a) => `!(${a})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a}[${b}]`),
  ),
}));

const OUTCOMES: ReadonlySet<Verdict['outcome']> = new Set(['matched', 'not_matched', 'failed']);

export const conditionTarget = (conditions: Conditions = createConditions(LIMITS)): FuzzTarget =>
  fuzzTarget({
    name: 'conditions',
    corpus: [
      'method == "tools/call" && name.startsWith("delete_")',
      'has(args.n) && args.n > 9007199254740992',
      'caller.kind == "service_account" && (now.getHours("Europe/Berlin") < 7 || now.getHours() >= 19)',
      'args.l.exists(x, x in args.o || x == args.a)',
      'args.l.filter(x, x % 2 == 0).size() > 3 && args.a.matches("^(a+)+$")',
      'findings.exists(f, f.type == "SECRET" && f.count > 1)',
      'args.l.map(x, [x, args.a]) == [[1, "x"]]',
    ].map((text) => Buffer.from(text)),
    words: [
      ...ATOMS,
      ...BINARY.map((operator) => ` ${operator} `),
      '.exists(x, ',
      '.map(x, ',
      '.all(',
      'has(',
      'size(',
      '.matches("',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '\\',
      'r"',
      'b"',
      '!',
      '?',
      ':',
      ',',
      '.',
      '//',
      '\n',
    ],
    made: expression.map((text) => Buffer.from(text)),
    run(input) {
      const compiled = conditions.compile(input.toString('utf8'));
      if (!compiled.ok) return { compiled, verdicts: [] };
      // The slowest single evaluation is what counts, so one call only, chosen by the text.
      const args = ARGS[input.length % ARGS.length];
      return { compiled, args, verdicts: [compiled.value.evaluate(conditions.facts(inputOf(args)))] };
    },
    verify(_input, { compiled, args, verdicts }) {
      if (!compiled.ok) {
        assert.ok(
          compiled.error.length > 0 && compiled.error.every(({ message, fix }) => message !== '' && fix !== ''),
          'refused without words',
        );
        return 'refused';
      }
      for (const verdict of verdicts) {
        assert.ok(OUTCOMES.has(verdict.outcome));
        assert.deepEqual(
          compiled.value.evaluate(conditions.facts(inputOf(args))),
          verdict,
          'the same call was judged otherwise',
        );
        if (verdict.outcome === 'failed')
          assert.ok(!verdict.detail.includes(LONG_VALUE), 'a failure says a value of the call');
      }
      return 'accepted';
    },
  });
