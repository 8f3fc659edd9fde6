/**
 * Breaking the glass: somebody who may makes themselves an admin, for a short while, with a reason, in the open. What is
 * kept of it, when it counts, and the port to where it is kept. Plain data and pure rules.
 */
import type { Caller } from '#identity/caller.ts';
import type { Role } from '#policy/duties.ts';

export type BrokenGlass = Pick<Caller, 'issuer' | 'subject'> & {
  /** Unix milliseconds, both. */
  readonly beganAtMs: number;
  readonly endsAtMs: number;
  /** As recorded: masked and bounded. */
  readonly reason: string;
  /** Id of its control record. */
  readonly record: string;
};

/** Shared by all processes. Every method throws when the store cannot be read or written. */
export type BrokenGlassStore = {
  find(caller: Pick<Caller, 'issuer' | 'subject'>): BrokenGlass | undefined;
  /** Those that have not ended, newest first. */
  inForce(nowMs: number): readonly BrokenGlass[];
  /** Durable when it returns; replaces an earlier one of the same caller. */
  begin(glass: BrokenGlass): void;
  /** False when there is none. */
  end(caller: Pick<Caller, 'issuer' | 'subject'>): boolean;
  close(): void;
};

/** A clock that went back does not make the hour longer. */
export const counts = (glass: BrokenGlass, nowMs: number): boolean =>
  glass.beganAtMs <= nowMs && nowMs < glass.endsAtMs;

/** The roles of somebody who broke the glass. Whoever may no longer, or is an auditor, has what they had. */
export function raisedRoles(roles: ReadonlySet<Role>): ReadonlySet<Role> {
  return roles.has('breakGlass') && !roles.has('auditor') ? new Set([...roles, 'admin']) : roles;
}
