/** What can be told about a parsed condition without running it: its children, its depth, whether it gives a boolean. */
import type { parse } from '@bufbuild/cel';

export type Expr = ReturnType<typeof parse>['expr'];
export type CallExpr = Extract<Expr['exprKind'], { case: 'callExpr' }>['value'];

/** Where a part stands: variables of macros around it, how many macros, how deep. */
export type Scope = { readonly bound: ReadonlySet<string>; readonly macros: number; readonly depth: number };

const BOOLEAN_CALLS: ReadonlySet<string> = new Set([
  '_&&_',
  '_||_',
  '!_',
  '_==_',
  '_!=_',
  '_<_',
  '_<=_',
  '_>_',
  '_>=_',
  '@in',
  '@not_strictly_false',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'bool',
]);

export function booleanOperands(call: CallExpr): readonly Expr[] {
  switch (call.function) {
    case '_&&_':
    case '_||_':
    case '!_':
      return call.args;
    case '_?_:_':
      return call.args.slice(0, 1);
    default:
      return [];
  }
}

export type Kind = 'boolean' | 'other' | 'unknown';

/** What can be told without running it: whether the value is a boolean, certainly not one, or either. */
export function kindOf(expr: Expr | undefined, scope: Scope, result: Kind = 'unknown'): Kind {
  if (expr === undefined) return 'unknown';
  const { exprKind } = expr;
  switch (exprKind.case) {
    case 'constExpr':
      return exprKind.value.constantKind.case === 'boolValue' ? 'boolean' : 'other';
    case 'identExpr':
      if (exprKind.value.name === '@result') return result;
      return scope.bound.has(exprKind.value.name) ? 'unknown' : 'other';
    case 'selectExpr': {
      if (exprKind.value.testOnly) return 'boolean';
      const { operand, field } = exprKind.value;
      const root = operand?.exprKind.case === 'identExpr' ? operand.exprKind.value.name : undefined;
      if (root === undefined || scope.bound.has(root)) return 'unknown';
      if (root === 'tool') return field === 'changed' ? 'boolean' : 'other';
      return root === 'args' ? 'unknown' : 'other';
    }
    case 'callExpr': {
      const { args, function: name } = exprKind.value;
      if (BOOLEAN_CALLS.has(name)) return 'boolean';
      if (name === '_[_]' || name === 'dyn') return 'unknown';
      if (name !== '_?_:_') return 'other';
      const [yes, no] = [kindOf(args[1], scope, result), kindOf(args[2], scope, result)];
      return yes === no ? yes : yes === 'other' || no === 'other' ? 'other' : 'unknown';
    }
    case 'comprehensionExpr': {
      const { accuInit, iterVar, accuVar } = exprKind.value;
      const within = { ...scope, bound: new Set([...scope.bound, iterVar, accuVar]) };
      return kindOf(exprKind.value.result, within, kindOf(accuInit, within));
    }
    case 'listExpr':
    case 'structExpr':
      return 'other';
    case undefined:
    default:
      return 'unknown';
  }
}

/** Levels of the tree, counted no further than `most`. */
export function depthOf(expr: Expr | undefined, most: number): number {
  if (expr === undefined || most === 0) return 0;
  let deepest = 0;
  for (const child of children(expr)) deepest = Math.max(deepest, depthOf(child, most - 1));
  return 1 + deepest;
}

function children(expr: Expr): readonly (Expr | undefined)[] {
  const { exprKind } = expr;
  switch (exprKind.case) {
    case 'selectExpr':
      return [exprKind.value.operand];
    case 'callExpr':
      return [exprKind.value.target, ...exprKind.value.args];
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return exprKind.value.entries.flatMap(({ keyKind, value }) => [
        keyKind.case === 'mapKey' ? keyKind.value : undefined,
        value,
      ]);
    case 'comprehensionExpr':
      return [exprKind.value.iterRange, exprKind.value.loopStep, exprKind.value.result];
    default:
      return [];
  }
}
