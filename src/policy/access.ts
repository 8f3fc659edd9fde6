/** What one caller has on one connection: the levels in effect, worked out once per caller and kept while it lives. */
import { unreachable } from '#result.ts';
import type { Caller } from '#identity/caller.ts';
import type { TraceStep } from '#policy/decision.ts';
import { matchGrants } from '#policy/grants.ts';
import type { Grant } from '#policy/grants.ts';
import type { Level, LevelPattern } from '#policy/levels.ts';
import type { MethodUse } from '#policy/method-use.ts';
import { globCanMatchPrefix, globCoversPrefix, globMatches, patternMatches } from '#policy/patterns.ts';

export type Access = {
  /** The first level in grant order. */
  readonly first: string;
  readonly trace: readonly TraceStep[];
  /** The first pattern that allows, in grant order; undefined when none does. */
  allowed(use: MethodUse): LevelPattern | undefined;
  /** The first pattern of any level in effect that denies. */
  denied(use: MethodUse): LevelPattern | undefined;
};

/**
 * Undefined for whoever has no grant there. The cache hangs on the caller object itself, which identity keeps while its
 * token is cached: no key to build, nothing to expire.
 */
export function createAccess(
  grants: readonly Grant[],
  levels: ReadonlyMap<string, Level>,
): (caller: Caller, connection: string) => Access | undefined {
  const known = new WeakMap<Caller, Map<string, Access>>();
  return (caller, connection) => {
    const cached = known.get(caller)?.get(connection);
    if (cached !== undefined) return cached;
    const access = accessOf(grants, levels, caller, connection);
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
  const allow = unique(inEffect.flatMap((level) => level.allow));
  const deny = unique(inEffect.flatMap((level) => level.deny));
  return {
    first: first.level,
    trace: matched.map(({ index, level, matched: by }) => ({ step: 'grant', index, level, matched: by })),
    allowed: (use) => allow.find(({ pattern }) => patternAllows(pattern, use)),
    denied: (use) => deny.find(({ pattern }) => patternDenies(pattern, use)),
  };
}

const unique = (patterns: readonly LevelPattern[]): readonly LevelPattern[] => [...new Set(patterns)];

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
      return [use.name, ...use.bases].some((name) => patternMatches(pattern, use.method, name));
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
