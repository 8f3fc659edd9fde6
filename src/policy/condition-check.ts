/**
 * Walks a parsed condition before it may ever run. The CEL library checks nothing at load: an unknown name, a bad pattern
 * or a result that is no boolean would show up at the first call it denies. Also puts the budget's guard around the
 * range of every macro. Reads the syntax tree only; evaluates constants only.
 */
import { isCelError, plan } from '@bufbuild/cel';
import { BOUNDED_RANGE } from '#policy/condition-budget.ts';
import type { CelEnv } from '#policy/condition-budget.ts';
import { booleanOperands, depthOf, kindOf } from '#policy/condition-shape.ts';
import type { CallExpr as Call, Expr, Scope } from '#policy/condition-shape.ts';

type Comprehension = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value'];

export type ConditionLimits = { readonly nodes: number; readonly macroDepth: number; readonly recursion: number };
export type ConditionFault = { readonly message: string; readonly fix: string };

/** What conditions see, and the fields of what has fixed ones (DESIGN section 6). */
export const ROOTS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['caller', ['issuer', 'subject', 'kind', 'groups', 'client']],
  ['connection', []],
  ['method', []],
  ['name', []],
  ['args', undefined],
  ['tool', ['annotations', 'changed']],
  ['findings', undefined],
  ['now', []],
  ['recent', ['calls', 'tool', 'denied']],
]);

/** What every field of `recent` has. */
const RECENT_FIELDS: readonly string[] = ['minute', 'hour'];

/** `recent.<field>` */
const isOfRecent = (expr: Expr | undefined, scope: Scope): boolean => {
  if (expr?.exprKind.case !== 'selectExpr') return false;
  const { operand } = expr.exprKind.value;
  return (
    operand?.exprKind.case === 'identExpr' && operand.exprKind.value.name === 'recent' && !scope.bound.has('recent')
  );
};

type Arity = readonly [min: number, max: number];

const OPERATORS: ReadonlySet<string> = new Set([
  '_&&_',
  '_||_',
  '!_',
  '_?_:_',
  '_==_',
  '_!=_',
  '_<_',
  '_<=_',
  '_>_',
  '_>=_',
  '@in',
  '_+_',
  '_-_',
  '_*_',
  '_/_',
  '_%_',
  '-_',
  '_[_]',
  '@not_strictly_false',
]);
const CLOCK_FIELDS = [
  'FullYear',
  'Month',
  'Date',
  'DayOfMonth',
  'DayOfWeek',
  'DayOfYear',
  'Hours',
  'Minutes',
  'Seconds',
  'Milliseconds',
];
const METHODS: ReadonlyMap<string, Arity> = new Map<string, Arity>([
  ...['contains', 'startsWith', 'endsWith', 'matches'].map((name) => [name, [1, 1]] as const),
  ['size', [0, 0]],
  ...CLOCK_FIELDS.map((field) => [`get${field}`, [0, 1]] as const),
]);
const CONVERSIONS: ReadonlySet<string> = new Set(['int', 'uint', 'double', 'bool', 'timestamp', 'duration']);
const FUNCTIONS: ReadonlySet<string> = new Set([...CONVERSIONS, 'size', 'string', 'dyn']);
class Walk {
  readonly faults: ConditionFault[] = [];
  nodes = 0;
  readonly #env: CelEnv;
  readonly #limits: ConditionLimits;

  constructor(env: CelEnv, limits: ConditionLimits) {
    this.#env = env;
    this.#limits = limits;
  }

  fault(message: string, fix: string): void {
    this.faults.push({ message, fix });
  }

  visit(expr: Expr | undefined, scope: Scope): void {
    if (expr === undefined) return;
    this.nodes += 1;
    if (this.nodes > this.#limits.nodes || scope.depth > this.#limits.recursion) return;
    const inner = { ...scope, depth: scope.depth + 1 };
    const { exprKind } = expr;
    switch (exprKind.case) {
      case 'constExpr':
        return;
      case 'identExpr':
        this.ident(exprKind.value.name, scope);
        return;
      case 'selectExpr':
        this.select(exprKind.value.operand, exprKind.value.field, scope);
        this.visit(exprKind.value.operand, inner);
        return;
      case 'callExpr':
        this.call(expr, exprKind.value, inner);
        return;
      case 'listExpr':
        for (const element of exprKind.value.elements) this.visit(element, inner);
        return;
      case 'structExpr':
        if (exprKind.value.messageName !== '')
          this.fault(`type "${exprKind.value.messageName}" is unknown`, 'use maps, lists and plain values');
        for (const { keyKind, value } of exprKind.value.entries) {
          if (keyKind.case === 'mapKey') this.visit(keyKind.value, inner);
          this.visit(value, inner);
        }
        return;
      case 'comprehensionExpr':
        this.comprehension(exprKind.value, inner);
        return;
      case undefined:
      default:
        this.fault('part of it is no CEL', 'write a CEL expression');
    }
  }

  ident(name: string, scope: Scope): void {
    if (ROOTS.has(name) || scope.bound.has(name)) return;
    this.fault(`"${name}" is unknown`, `use ${[...ROOTS.keys()].join(', ')}`);
  }

  select(operand: Expr | undefined, field: string, scope: Scope): void {
    if (isOfRecent(operand, scope) && !RECENT_FIELDS.includes(field))
      this.fault(`"${field}" of what was recent is unknown`, `it has ${RECENT_FIELDS.join(', ')}`);
    if (operand?.exprKind.case !== 'identExpr') return;
    const root = operand.exprKind.value.name;
    const fields = scope.bound.has(root) ? undefined : ROOTS.get(root);
    if (fields === undefined || fields.includes(field)) return;
    const fix = fields.length === 0 ? `${root} is a plain value` : `${root} has ${fields.join(', ')}`;
    this.fault(`"${root}.${field}" is unknown`, fix);
  }

  call(expr: Expr, call: Call, scope: Scope): void {
    for (const part of [call.target, ...call.args]) this.visit(part, scope);
    const name = call.function;
    if (OPERATORS.has(name)) {
      for (const operand of booleanOperands(call)) {
        if (kindOf(operand, scope) === 'other')
          this.fault('it uses something as true or false that is neither', 'compare it with something');
      }
      return;
    }
    const arity = call.target === undefined ? (FUNCTIONS.has(name) ? ([1, 1] as const) : undefined) : METHODS.get(name);
    if (arity === undefined) {
      this.fault(
        `function "${name}" is unknown${call.target === undefined ? '' : ' or not called like this'}`,
        `use ${[...METHODS.keys(), ...FUNCTIONS].join(', ')}`,
      );
      return;
    }
    if (call.args.length < arity[0] || call.args.length > arity[1]) {
      this.fault(`function "${name}" takes ${arity[1]} argument${arity[1] === 1 ? '' : 's'}`, 'correct the call');
      return;
    }
    if (name === 'matches') this.pattern(call.args[0]);
    if (name.startsWith('get') && call.args.length === 1) this.zone(call.args[0]);
    if (CONVERSIONS.has(name) && literalText(call.args[0]) !== undefined) {
      if (isCelError(plan(this.#env, expr)())) this.fault(`${name}() cannot read its text`, 'correct the text');
    }
  }

  /** Only literals: a pattern that a caller may send is a cost a caller may choose. */
  pattern(expr: Expr | undefined): void {
    const pattern = literalText(expr);
    if (pattern === undefined) {
      this.fault('the pattern of matches() is no literal text', 'write the pattern into the rule, or use contains()');
      return;
    }
    const result = this.#env.funcs.find('matches')?.call(0, '', [pattern]);
    if (result === undefined || isCelError(result)) {
      this.fault(
        `the pattern ${JSON.stringify(pattern)} is no RE2 pattern`,
        'correct it: https://github.com/google/re2/wiki/Syntax',
      );
    }
  }

  zone(expr: Expr | undefined): void {
    const zone = literalText(expr);
    if (zone !== undefined && (/^[+-]?\d\d:\d\d$/.test(zone) || isTimeZone(zone))) return;
    this.fault('the time zone is no literal name of one', 'write for instance "Europe/Berlin", "UTC" or "+02:00"');
  }

  comprehension(value: Comprehension, scope: Scope): void {
    if (scope.macros >= this.#limits.macroDepth) {
      this.fault('a macro stands inside another', 'flatten it: the cost would multiply');
      return;
    }
    // The library's own names begin with "@", which no rule can write.
    if (ROOTS.has(value.iterVar))
      this.fault(`"${value.iterVar}" hides what conditions see under that name`, 'name the variable otherwise');
    const within: Scope = {
      ...scope,
      macros: scope.macros + 1,
      bound: new Set([...scope.bound, value.iterVar, value.accuVar]),
    };
    this.visit(value.iterRange, { ...scope, macros: scope.macros + 1 });
    const before = this.nodes;
    for (const part of [value.accuInit, value.loopCondition, value.loopStep, value.result]) this.visit(part, within);
    if (value.iterRange !== undefined) value.iterRange = boundedRange(value.iterRange, this.nodes - before);
  }
}

/** Everything wrong with a parsed condition; guards its macros on the way, so check before planning. */
export function checkCondition(expr: Expr, env: CelEnv, limits: ConditionLimits): readonly ConditionFault[] {
  const walk = new Walk(env, limits);
  const scope: Scope = { bound: new Set(), macros: 0, depth: 0 };
  walk.visit(expr, scope);
  if (walk.nodes > limits.nodes) walk.fault(`it has more than ${limits.nodes} parts`, 'split the rule');
  else if (depthOf(expr, limits.recursion + 1) > limits.recursion)
    walk.fault(`it is nested more than ${limits.recursion} deep`, 'flatten it');
  else if (kindOf(expr, scope) === 'other')
    walk.fault('its result is neither true nor false', 'compare it with something');
  return walk.faults;
}

function boundedRange(range: Expr, nodes: number): Expr {
  const { id } = range;
  const count: Expr = {
    $typeName: 'cel.expr.Expr',
    id,
    exprKind: {
      case: 'constExpr',
      value: { $typeName: 'cel.expr.Constant', constantKind: { case: 'int64Value', value: BigInt(nodes) } },
    },
  };
  return {
    $typeName: 'cel.expr.Expr',
    id,
    exprKind: {
      case: 'callExpr',
      value: { $typeName: 'cel.expr.Expr.Call', function: BOUNDED_RANGE, args: [range, count] },
    },
  };
}

function literalText(expr: Expr | undefined): string | undefined {
  if (expr?.exprKind.case !== 'constExpr') return undefined;
  const { constantKind } = expr.exprKind.value;
  return constantKind.case === 'stringValue' ? constantKind.value : undefined;
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}
