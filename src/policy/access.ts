/** What one caller has on one connection: the levels in effect, worked out once per caller and kept while it lives. */
import { METHODS } from '#mcp/methods.ts';
import { unreachable } from '#result.ts';
import type { Caller } from '#identity/caller.ts';
import type { TraceStep } from '#policy/decision.ts';
import { matchGrants } from '#policy/grants.ts';
import type { Grant } from '#policy/grants.ts';
import type { Level, LevelPattern } from '#policy/levels.ts';
import type { MethodUse } from '#policy/method-use.ts';
import { globCanMatchPrefix, globCoversPrefix, globMatches, patternMatches } from '#policy/patterns.ts';
import { reachFault } from '#policy/reach.ts';
import type { AccountReach } from '#policy/reach.ts';

export type Access = {
  /** The first level in grant order. */
  readonly first: string;
  readonly trace: readonly TraceStep[];
  /** The first pattern that allows, in grant order; undefined when none does. */
  allowed(use: MethodUse): LevelPattern | undefined;
  /** The first pattern of any level in effect that denies. */
  denied(use: MethodUse): LevelPattern | undefined;
  /** Whether it is more than the key that was shown may have, although levels allow it. */
  isAboveKey(use: MethodUse): boolean;
  /** The most that one of these may take, in the units of decision-work.ts. */
  units(use: MethodUse): number;
};

/**
 * Undefined for whoever has no grant there. The cache hangs on the caller object itself, which identity keeps while its
 * token is cached: no key to build, nothing to expire.
 */
export function createAccess(
  grants: readonly Grant[],
  levels: ReadonlyMap<string, Level>,
  accounts: AccountReach = {},
): (caller: Caller, connection: string) => Access | undefined {
  const known = new WeakMap<Caller, Map<string, Access>>();
  return (caller, connection) => {
    const cached = known.get(caller)?.get(connection);
    if (cached !== undefined) return cached;
    const access =
      reachFault(caller, connection, accounts, levels) === undefined
        ? accessOf(grants, levels, caller, connection)
        : undefined;
    if (access !== undefined) {
      const own = known.get(caller) ?? new Map<string, Access>();
      if (own.size < CONNECTIONS_KEPT) own.set(connection, access);
      known.set(caller, own);
    }
    return access;
  };
}

/** With a grant for `*` any name is granted: more than these are worked out each time. */
const CONNECTIONS_KEPT = 256;

function accessOf(
  grants: readonly Grant[],
  levels: ReadonlyMap<string, Level>,
  caller: Caller,
  connection: string,
): Access | undefined {
  const matched = matchGrants(grants, caller, connection);
  const [first] = matched;
  if (first === undefined) return undefined;
  const inEffect = [...new Set(matched.map(({ level }) => level))].flatMap((name) => levels.get(name) ?? []);
  // The key's level takes part in what is denied and has to allow as well: it never adds.
  const most = caller.key?.level === undefined ? undefined : levels.get(caller.key.level);
  const allow = unique(inEffect.flatMap((level) => level.allow));
  const deny = unique([...inEffect.flatMap((level) => level.deny), ...(most?.deny ?? [])]);
  const mostFor = concerning(most?.allow ?? []);
  const allowFor = concerning(allow);
  const denyFor = concerning(deny);
  return {
    first: first.level,
    trace: [
      ...matched.map(({ index, level, matched: by }) => ({ step: 'grant', index, level, matched: by }) as const),
      ...keyStep(caller),
    ],
    allowed: (use) =>
      'method' in use ? allowFor(use.method).find(({ pattern }) => patternAllows(pattern, use)) : undefined,
    denied: (use) =>
      'method' in use ? denyFor(use.method).find(({ pattern }) => patternDenies(pattern, use)) : undefined,
    isAboveKey: (use) =>
      most !== undefined && 'method' in use && !mostFor(use.method).some(({ pattern }) => patternAllows(pattern, use)),
    units: (use) =>
      'method' in use ? matchUnits([...allowFor(use.method), ...denyFor(use.method), ...mostFor(use.method)], use) : 0,
  };
}

const keyStep = ({ key }: Caller): readonly TraceStep[] =>
  key?.level === undefined ? [] : [{ step: 'key', key: key.id, level: key.level }];

/**
 * The patterns for one method, in their order, kept for those that MCP has: a list asks for the same at each entry, and
 * what else callers make up comes once in a message.
 */
function concerning(patterns: readonly LevelPattern[]): (method: string) => readonly LevelPattern[] {
  const known = new Map<string, readonly LevelPattern[]>();
  return (method) => {
    const cached = known.get(method);
    if (cached !== undefined) return cached;
    const found = patterns.filter(({ pattern }) => globMatches(pattern.method, method));
    if (METHODS.has(method)) known.set(method, found);
    return found;
  };
}

const unique = (patterns: readonly LevelPattern[]): readonly LevelPattern[] => [...new Set(patterns)];

/** Characters that a search for what stands between two stars passes in one unit. */
const CHARS_SEARCHED = 64;

export function matchUnits(patterns: readonly LevelPattern[], use: MethodUse): number {
  if (!('name' in use)) return 0;
  const names = use.kind === 'named' ? [use.name, ...use.bases] : [use.name];
  const chars = names.reduce((sum, name) => sum + name.length, 0);
  const searches = patterns.reduce((sum, { pattern }) => sum + Math.max(0, (pattern.name?.length ?? 0) - 2), 0);
  return patterns.length * names.length + (searches * chars) / CHARS_SEARCHED;
}

export function patternAllows(pattern: LevelPattern['pattern'], use: MethodUse): boolean {
  switch (use.kind) {
    case 'named':
    case 'implicit':
      return patternMatches(pattern, use.method, use.name);
    case 'prefix':
      return (
        globMatches(pattern.method, use.method) &&
        (pattern.name === undefined || globCanMatchPrefix(pattern.name, use.prefix))
      );
    case 'nothing':
    case 'unsafe':
      return false;
    default:
      return unreachable(use);
  }
}

export function patternDenies(pattern: LevelPattern['pattern'], use: MethodUse): boolean {
  switch (use.kind) {
    case 'named':
      return (
        patternMatches(pattern, use.method, use.name) ||
        use.bases.some((base) => patternMatches(pattern, use.method, base))
      );
    case 'implicit':
      return patternMatches(pattern, use.method, use.name);
    case 'prefix':
      return (
        globMatches(pattern.method, use.method) &&
        (pattern.name === undefined || globCoversPrefix(pattern.name, use.prefix))
      );
    case 'nothing':
    case 'unsafe':
      return false;
    default:
      return unreachable(use);
  }
}
