/**
 * What a condition certainly does not match, told from the names of the call alone: most rules are about one tool or some, and
 * most calls are of others. Where it says so, the condition is false and nothing else: in CEL one false part makes `&&` false
 * whatever the others do (CEL language definition, Logical Operators), so no failure is passed over that would deny.
 */
import type { CallExpr, Expr } from '#policy/condition-shape.ts';

/** What every call has, always as text. */
export type CallNames = { readonly connection: string; readonly method: string; readonly name: string };

/** False: the condition is false for it. */
export type Filter = (names: CallNames) => boolean;

const NAMES = ['connection', 'method', 'name'] as const;

function nameIn(expr: Expr | undefined): keyof CallNames | undefined {
  if (expr?.exprKind.case !== 'identExpr') return undefined;
  const { name } = expr.exprKind.value;
  return NAMES.find((one) => one === name);
}

function textIn(expr: Expr | undefined): string | undefined {
  if (expr?.exprKind.case !== 'constExpr') return undefined;
  const { constantKind } = expr.exprKind.value;
  return constantKind.case === 'stringValue' ? constantKind.value : undefined;
}

function textsIn(expr: Expr | undefined): readonly string[] | undefined {
  if (expr?.exprKind.case !== 'listExpr') return undefined;
  const texts = expr.exprKind.value.elements.map(textIn);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function equalityFilter([one, other]: readonly Expr[]): Filter | undefined {
  const name = nameIn(one) ?? nameIn(other);
  const text = textIn(one) ?? textIn(other);
  return name === undefined || text === undefined ? undefined : (names) => names[name] === text;
}

function memberFilter([one, list]: readonly Expr[]): Filter | undefined {
  const name = nameIn(one);
  const texts = textsIn(list);
  if (name === undefined || texts === undefined) return undefined;
  const known = new Set(texts);
  return (names) => known.has(names[name]);
}

function edgeFilter({ target, args }: CallExpr, isEdge: (text: string, edge: string) => boolean): Filter | undefined {
  const name = nameIn(target);
  const edge = textIn(args[0]);
  return name === undefined || edge === undefined ? undefined : (names) => isEdge(names[name], edge);
}

function everyFilter(parts: readonly Expr[]): Filter | undefined {
  const filters = parts.map(filterOf).filter((filter) => filter !== undefined);
  const [first, second, ...others] = filters;
  if (second === undefined) return first;
  return first === undefined || others.length > 0
    ? (names) => filters.every((filter) => filter(names))
    : (names) => first(names) && second(names);
}

/** A part of which nothing is known may be true. */
function someFilter(parts: readonly Expr[]): Filter | undefined {
  const filters = parts.map(filterOf);
  return filters.every((filter) => filter !== undefined)
    ? (names) => filters.some((filter) => filter(names))
    : undefined;
}

/** Undefined when its names alone rule nothing out. */
export function filterOf(expr: Expr): Filter | undefined {
  if (expr.exprKind.case !== 'callExpr') return undefined;
  const call = expr.exprKind.value;
  switch (call.function) {
    case '_&&_':
      return everyFilter(call.args);
    case '_||_':
      return someFilter(call.args);
    case '_==_':
      return equalityFilter(call.args);
    case '@in':
      return memberFilter(call.args);
    case 'startsWith':
      return edgeFilter(call, (text, edge) => text.startsWith(edge));
    case 'endsWith':
      return edgeFilter(call, (text, edge) => text.endsWith(edge));
    default:
      return undefined;
  }
}
