/**
 * Bounds the work of one evaluation. The CEL library bounds nothing: its lists grow quadratically under `map` and
 * `filter`, numbers are parsed from texts of any length, and patterns are matched against whatever a caller sent. The
 * functions here are the library's own, each paying before it works. Units are roughly 50 ns.
 */
import {
  celEnv,
  celFunc,
  celList,
  celMethod,
  CelScalar,
  celType,
  isCelError,
  isCelList,
  isCelMap,
  listType,
  plan,
  parse,
} from '@bufbuild/cel';

type CelEnv = ReturnType<typeof celEnv>;
type CelFunc = ReturnType<typeof celFunc>;

/** Thrown out of an evaluation; `Budget.isExceeded` stays set should somebody catch it. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';
}

export type Budget = {
  /** Throws once more was spent than the limit. */
  spend(units: number): void;
  isExceeded(): boolean;
  /** Since the last reset. */
  spent(): number;
  reset(): void;
};

export function createBudget(limit: number): Budget {
  let left = limit;
  return {
    spend(units) {
      left -= units;
      if (left < 0) throw new BudgetExceeded('the condition is too costly for this call');
    },
    isExceeded: () => left < 0,
    spent: () => limit - left,
    reset() {
      left = limit;
    },
  };
}

/** Wraps the range of a macro (put there by condition-check.ts); no name a rule can write. */
export const BOUNDED_RANGE = '@bounded_range';

/** Characters of two texts compared in one unit of time. */
const CHARS_COMPARED = 256;

/** Longest text that is read as a number, a time or a duration. */
const SCALAR_TEXT_CHARS = 64;

const { BOOL, DYN, INT, STRING } = CelScalar;
const LIST = listType(DYN);

/** The environment of conditions: the standard library, paying into `budget`. */
export function conditionEnv(budget: Budget): CelEnv {
  const base = celEnv();
  return celEnv({
    funcs: [
      ...textFuncs(base, budget),
      ...listFuncs(base, budget),
      ...scalarFuncs(base, budget),
      ...timeFuncs(base, budget),
    ],
  });
}

/** The library's function of that name, called with what the overload was called with. */
function original(base: CelEnv, name: string) {
  const group = base.funcs.find(name);
  if (group === undefined) throw new Error(`the CEL library has no ${name}`);
  return (target: Parameters<CelFunc['call']>[1], ...args: Parameters<CelFunc['call']>[2]) => {
    const result = group.call(0, target, args);
    if (result === undefined) throw new Error(`no overload of ${name}`);
    if (isCelError(result)) throw result;
    return result;
  };
}

function textFuncs(base: CelEnv, budget: Budget): CelFunc[] {
  const matches = original(base, 'matches');
  const codePoints = (text: string): bigint => {
    budget.spend(text.length / 16);
    let count = 0;
    for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count += 1;
    return BigInt(count);
  };
  return [
    celMethod('matches', STRING, [STRING], BOOL, function matchesWithin(pattern) {
      budget.spend(20 + this.length * patternWeight(pattern));
      return matches(this, pattern) === true;
    }),
    celMethod('contains', STRING, [STRING], BOOL, function containsWithin(part) {
      // The engine's search may compare part.length characters at each place.
      budget.spend(this.length / CHARS_COMPARED + (this.length * Math.max(0, part.length - 32)) / 1024);
      return this.includes(part);
    }),
    ...(['startsWith', 'endsWith'] as const).map((name) =>
      celMethod(name, STRING, [STRING], BOOL, function affixWithin(part) {
        budget.spend(part.length / CHARS_COMPARED);
        return this[name](part);
      }),
    ),
    ...['_<_', '_<=_', '_>_', '_>=_'].map((name) => {
      const compare = original(base, name);
      return celFunc(name, [STRING, STRING], BOOL, (left, right) => {
        budget.spend(Math.min(left.length, right.length) / CHARS_COMPARED);
        return compare(undefined, left, right) === true;
      });
    }),
    celFunc('size', [STRING], INT, codePoints),
    celMethod('size', STRING, [], INT, function sizeWithin() {
      return codePoints(this);
    }),
    celFunc('_+_', [STRING, STRING], STRING, (left, right) => {
      budget.spend((left.length + right.length) / 64);
      return left + right;
    }),
  ];
}

function listFuncs(base: CelEnv, budget: Budget): CelFunc[] {
  const inList = original(base, '@in');
  const equal = original(base, '_==_');
  const areEqual = (left: unknown, right: unknown, slowly: () => boolean): boolean => {
    // Texts of different lengths differ at once; others may be compared to their ends.
    if (typeof left === 'string' && typeof right === 'string' && left.length === right.length)
      budget.spend(left.length / CHARS_COMPARED);
    const quick = scalarsEqual(left, right);
    if (quick !== undefined) return quick;
    budget.spend(Math.min(weight(left, budget), weight(right, budget)));
    return slowly();
  };
  return [
    celFunc('_==_', [DYN, DYN], BOOL, (left, right) =>
      areEqual(left, right, () => equal(undefined, left, right) === true),
    ),
    celFunc(
      '_!=_',
      [DYN, DYN],
      BOOL,
      (left, right) => !areEqual(left, right, () => equal(undefined, left, right) === true),
    ),
    celFunc('_+_', [LIST, LIST], LIST, (left, right) => {
      budget.spend((left.size + right.size) / 2);
      // Flat: the library's own concatenation nests one level per element.
      return celList([...left, ...right]);
    }),
    celFunc('@in', [DYN, LIST], BOOL, (value, list) => {
      budget.spend(list.size * (isBig(value) ? weight(value, budget) : 1));
      if (isBig(value) && typeof value !== 'string') return inList(undefined, value, list) === true;
      for (const item of list) if (scalarsEqual(item, value) ?? equal(undefined, item, value) === true) return true;
      return false;
    }),
    celFunc(BOUNDED_RANGE, [DYN, INT], DYN, (range, nodes) => {
      if (isCelList(range) || isCelMap(range)) budget.spend(range.size * Number(nodes) * 4);
      return range;
    }),
  ];
}

function scalarFuncs(base: CelEnv, budget: Budget): CelFunc[] {
  const short = (name: string, result: CelFunc['result']): CelFunc => {
    const convert = original(base, name);
    return celFunc(name, [STRING], result, (text) => {
      budget.spend(20);
      if (text.length > SCALAR_TEXT_CHARS) throw new Error('this text is too long to be converted');
      // BigInt and Number read '' and blanks as 0.
      if (text.trim() === '') throw new Error('an empty text is no value');
      return convert(undefined, text);
    });
  };
  const instants = plan(base, parse('[timestamp(0), duration("0s")]'))();
  if (isCelError(instants) || !isCelList(instants)) throw new Error('the CEL library has no timestamps');
  const [timestamp, duration] = [...instants].map((value) => celType(value));
  if (timestamp === undefined || duration === undefined) throw new Error('the CEL library has no timestamps');
  return [
    short('int', INT),
    short('uint', CelScalar.UINT),
    short('double', CelScalar.DOUBLE),
    short('timestamp', timestamp),
    short('duration', duration),
  ];
}

/**
 * The library reads clock fields through the machine's own time zone, which has hours that do not exist; here UTC is
 * UTC. A named zone costs the making of a formatter.
 */
function timeFuncs(base: CelEnv, budget: Budget): CelFunc[] {
  const instant = plan(base, parse('timestamp(0)'))();
  if (isCelError(instant)) throw instant;
  const timestamp = celType(instant);
  const seconds = original(base, 'int');
  const fields: Readonly<Record<string, (date: Date) => number>> = {
    getFullYear: (date) => date.getUTCFullYear(),
    getMonth: (date) => date.getUTCMonth(),
    getDate: (date) => date.getUTCDate(),
    getDayOfMonth: (date) => date.getUTCDate() - 1,
    getDayOfWeek: (date) => date.getUTCDay(),
    getDayOfYear: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000),
    getHours: (date) => date.getUTCHours(),
    getMinutes: (date) => date.getUTCMinutes(),
    getSeconds: (date) => date.getUTCSeconds(),
  };
  return Object.entries(fields).flatMap(([name, field]) => {
    const inZone = original(base, name);
    return [
      celMethod(name, timestamp, [], INT, function utcField() {
        return BigInt(field(new Date(Number(seconds(undefined, this)) * 1000)));
      }),
      celMethod(name, timestamp, [STRING], INT, function zoneField(zone) {
        budget.spend(1_000);
        const value = inZone(this, zone);
        return typeof value === 'bigint' ? value : 0n;
      }),
    ];
  });
}

const isBig = (value: unknown): value is string | object =>
  typeof value === 'string' || (typeof value === 'object' && value !== null);

/**
 * CEL's equality (langdef, "Equality") where neither side has parts; undefined where one has. Most comparisons of rules
 * are of texts, and the library's own takes several times as long to come to that.
 */
function scalarsEqual(left: unknown, right: unknown): boolean | undefined {
  if ((typeof left === 'object' && left !== null) || (typeof right === 'object' && right !== null)) {
    // Nothing without parts equals something with them, but uint is an object too.
    return typeof left === 'string' || typeof right === 'string' ? false : undefined;
  }
  if (isNumeric(left) && isNumeric(right)) {
    // Across int and double by value; == between bigint and number is exact.
    // oxlint-disable-next-line eqeqeq -- bigint and number compare by value
    return left == right;
  }
  return left === right;
}

const isNumeric = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

/** Steps to compare a value to its end; stops counting when the budget is gone. */
function weight(value: unknown, budget: Budget): number {
  if (typeof value === 'string') return 1 + value.length / CHARS_COMPARED;
  if (isCelList(value) || isCelMap(value)) {
    let sum = 1;
    for (const member of value.values()) {
      budget.spend(1);
      sum += weight(member, budget);
    }
    return sum;
  }
  return 1;
}

/** Units per character of text: a pattern `x{1000}` is a thousand states, all of which may be alive. */
export function patternWeight(pattern: string): number {
  let product = 1;
  for (const match of pattern.matchAll(/\{(\d*),?(\d*)\}/g)) product *= Math.max(1, Number(match[1]), Number(match[2]));
  // RE2 refuses more than 1000 repetitions in all, nested ones multiplied.
  return Math.max(4, (pattern.length * Math.min(product, 1_000)) / 8);
}

export type { CelEnv };
