/** Which roles a caller has: by groups alone, compared as they are, with the namespace of the issuer that asserted them. */
import type { Caller } from '#identity/caller.ts';
import { ROLES } from '#policy/duties.ts';
import type { Role } from '#policy/duties.ts';

export type RoleGroups = Readonly<Record<Role, readonly string[]>>;

export const rolesOf = ({ groups }: Pick<Caller, 'groups'>, of: RoleGroups): ReadonlySet<Role> =>
  new Set(ROLES.filter((role) => of[role].some((group) => groups.includes(group))));
