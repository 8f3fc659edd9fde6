/** A clock that moves only when told to. */
import type { LedgerClock } from '#ledger/clock.ts';

export type FakeClock = LedgerClock & {
  /** Both clocks go on by this much; tickers do not run by themselves. */
  advance(ms: number): void;
  /** Only the wall clock moves, as when somebody sets it. */
  jump(ms: number): void;
  readonly tickers: number;
};

export function createFakeClock(unixMs = Date.UTC(2026, 10, 20, 12)): FakeClock {
  let wall = unixMs;
  let monotonic = 1_000;
  let tickers = 0;
  return {
    unixMs: () => wall,
    monotonicMs: () => monotonic,
    every: () => {
      tickers += 1;
      return () => {
        tickers -= 1;
      };
    },
    advance: (ms) => {
      wall += ms;
      monotonic += ms;
    },
    jump: (ms) => {
      wall += ms;
    },
    get tickers() {
      return tickers;
    },
  };
}
