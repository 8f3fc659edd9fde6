/** Whether somebody's broken glass counts now: not over, and not broken before their access was taken away. */
import type { Caller } from '#identity/caller.ts';
import type { EpochSource } from '#identity/epochs.ts';
import type { Limits } from '#limits.ts';
import { countsFromMs } from '#oauth/sign-in.ts';
import { counts } from '#policy/break-glass.ts';
import type { BrokenGlass, BrokenGlassStore } from '#policy/break-glass.ts';

export type GlassParts = {
  readonly brokenGlass: Pick<BrokenGlassStore, 'find'>;
  readonly clock: () => number;
  readonly epochs: EpochSource;
  readonly limits: Pick<Limits, 'tokenClockSkewMs'>;
};

/** Throws when it cannot be read. Refuses to know who may break the glass. */
export function glassInForce(
  caller: Pick<Caller, 'issuer' | 'subject'> & Partial<Pick<Caller, 'client'>>,
  { brokenGlass, clock, epochs, limits }: GlassParts,
): BrokenGlass | undefined {
  const glass = brokenGlass.find(caller);
  if (glass === undefined) return undefined;
  // An epoch lies ahead by what is forgiven to an issuer's clock; this was begun by ours.
  const isBefore = countsFromMs(glass.beganAtMs, limits) <= epochs.epochOf(caller);
  return !isBefore && counts(glass, clock()) ? glass : undefined;
}
