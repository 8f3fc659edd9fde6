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

export function matchGrants(grants: readonly Grant[], caller: Caller, connection: string): readonly MatchedGrant[] {
  const names: Readonly<Record<WhoKind, readonly string[]>> = {
    // `subjects` are persons only; `clients` only tokens proven to be without a user, or any user of a popular
    // client would get what was meant for a machine.
    subjects: caller.kind === 'person' ? [`${caller.namespace}:${caller.subject}`] : [],
    clients: caller.kind === 'service_account' && caller.client !== undefined ? [caller.client] : [],
    groups: caller.kind === 'gateway' ? [] : caller.groups,
    scopes: caller.kind === 'gateway' ? [] : caller.scopes,
  };
  return grants.flatMap((grant) => {
    if (!grant.connections.has('*') && !grant.connections.has(connection)) return [];
    const matches = grant.who.map(([kind, wanted]) => {
      const found = names[kind].find((name) => wanted.has(name));
      return found === undefined ? undefined : `${kind} ${found}`;
    });
    // Nobody is not everybody.
    if (matches.length === 0 || matches.includes(undefined)) return [];
    return [{ index: grant.index, level: grant.level, matched: matches.join(', ') }];
  });
}
