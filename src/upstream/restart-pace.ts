/**
 * How soon a process that died may be started again. The first restart is immediate; a server that keeps dying young
 * is started ever more rarely, so that a broken one cannot keep the machine busy.
 */
import type { Limits } from '#limits.ts';

export type RestartPace = {
  /** Milliseconds to wait before a start for `owner`; 0 = now. */
  waitMs(owner: string, nowMs: number): number;
  /** A process of `owner` that was not asked to stop has ended. */
  died(owner: string, startedMs: number, nowMs: number): void;
};

export function createRestartPace(
  limits: Pick<Limits, 'stdioRestartMs' | 'stdioRestartMsMax' | 'stdioStableMs'>,
): RestartPace {
  const early = new Map<string, { deaths: number; notBeforeMs: number }>();
  return {
    waitMs: (owner, nowMs) => Math.max(0, (early.get(owner)?.notBeforeMs ?? nowMs) - nowMs),
    died(owner, startedMs, nowMs) {
      for (const [known, { notBeforeMs }] of early) {
        if (notBeforeMs + limits.stdioStableMs < nowMs) early.delete(known);
      }
      if (nowMs - startedMs >= limits.stdioStableMs) {
        early.delete(owner);
        return;
      }
      const deaths = (early.get(owner)?.deaths ?? 0) + 1;
      const waitMs = deaths === 1 ? 0 : Math.min(limits.stdioRestartMs * 2 ** (deaths - 2), limits.stdioRestartMsMax);
      early.set(owner, { deaths, notBeforeMs: nowMs + waitMs });
    },
  };
}
