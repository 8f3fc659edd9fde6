/**
 * Who gets which level where. Every kind of name a grant lists (groups, clients, subjects, scopes) must match, by any one
 * of the names listed; to widen, write another grant.
 */
import type { Caller } from '#identity/caller.ts';

export type GrantSettings = {
  readonly groups?: readonly string[] | undefined;
  readonly clients?: readonly string[] | undefined;
  readonly subjects?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly connections: readonly string[];
  readonly level: string;
};

export type Grant = {
  readonly index: number;
  readonly level: string;
  readonly connections: ReadonlySet<string>;
  readonly who: readonly (readonly [kind: WhoKind, names: ReadonlySet<string>])[];
};

type WhoKind = 'groups' | 'clients' | 'subjects' | 'scopes';
const WHO: readonly WhoKind[] = ['subjects', 'clients', 'groups', 'scopes'];

/** A grant that applies, and by which names: `groups okta:mcp-github-read`. */
export type MatchedGrant = { readonly index: number; readonly level: string; readonly matched: string };

export const compileGrants = (settings: readonly GrantSettings[]): readonly Grant[] =>
  settings.map((grant, index) => ({
    index,
    level: grant.level,
    connections: new Set(grant.connections),
    who: WHO.flatMap((kind) => {
      const names = grant[kind];
      return names === undefined ? [] : [[kind, new Set(names)] as const];
    }),
  }));

export type GrantMatch =
  | { readonly matches: true; readonly matched: string }
  /** Why not, one sentence for each kind of name that does not match. */
  | { readonly matches: false; readonly because: readonly string[] };

const namesOf = (caller: Caller): Readonly<Record<WhoKind, readonly string[]>> => ({
  // `subjects` are persons only; `clients` only tokens proven to be without a user, or any user of a popular
  // client would get what was meant for a machine.
  subjects: caller.kind === 'person' ? [`${caller.namespace}:${caller.subject}`] : [],
  clients: caller.kind === 'service_account' && caller.client !== undefined ? [caller.client] : [],
  groups: caller.kind === 'gateway' ? [] : caller.groups,
  scopes: caller.kind === 'gateway' ? [] : caller.scopes,
});

export const isFor = (grant: Grant, connection: string): boolean =>
  grant.connections.has('*') || grant.connections.has(connection);

/** Whether the grant is for this caller, on whatever connection. */
export function matchCaller(grant: Grant, caller: Caller): GrantMatch {
  const names = namesOf(caller);
  const matched: string[] = [];
  const because: string[] = [];
  for (const [kind, wanted] of grant.who) {
    const found = names[kind].find((name) => wanted.has(name));
    if (found === undefined) because.push(mismatch(kind, wanted, caller));
    else matched.push(`${kind} ${found}`);
  }
  // Nobody is not everybody.
  if (grant.who.length === 0) because.push('it names nobody');
  return because.length === 0 ? { matches: true, matched: matched.join(', ') } : { matches: false, because };
}

function mismatch(kind: WhoKind, wanted: ReadonlySet<string>, caller: Caller): string {
  const listed = `${kind} ${[...wanted].join(', ')}`;
  if (kind === 'subjects' && caller.kind !== 'person') return `${listed}: subjects are persons, the caller is none`;
  if (kind === 'clients' && caller.kind !== 'service_account')
    return `${listed}: clients are service accounts, the caller is none`;
  return `${listed}: the caller has none of them`;
}

export function matchGrants(grants: readonly Grant[], caller: Caller, connection: string): readonly MatchedGrant[] {
  return grants.flatMap((grant) => {
    if (!isFor(grant, connection)) return [];
    const match = matchCaller(grant, caller);
    return match.matches ? [{ index: grant.index, level: grant.level, matched: match.matched }] : [];
  });
}
