/** What identity is handed in tests: a clock moved by hand, a key cache in memory, a log that remembers. */
import type { IdentityClock } from '#identity/clock.ts';
import type { IdentityLog } from '#identity/issuer-keys.ts';
import type { KeyCache } from '#identity/key-cache.ts';

export type ManualClock = IdentityClock & {
  /** Moves time on and runs what falls due, in order. */
  advance(ms: number): void;
  /** Sets the wall clock without running anything, forwards or back. */
  set(ms: number): void;
  readonly waiting: number;
};

export function createManualClock(startMs: number): ManualClock {
  let now = startMs;
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();
  return {
    nowMs: () => now,
    after(delayMs, run) {
      const timer = { dueMs: now + delayMs, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ dueMs }) => dueMs <= until).toSorted((a, b) => a.dueMs - b.dueMs);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.dueMs);
        next.run();
      }
      now = until;
    },
    set(ms) {
      now = ms;
    },
    get waiting() {
      return timers.size;
    },
  };
}

export function createMemoryKeyCache(): KeyCache & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    read: async (namespace) => texts.get(namespace) ?? null,
    write: async (namespace, text) => {
      texts.set(namespace, text);
    },
  };
}

export function createListeningLog(): IdentityLog & {
  readonly lines: {
    readonly level: 'info' | 'warn';
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
} {
  const lines: { level: 'info' | 'warn'; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  return {
    lines,
    info: (fields, message) => void lines.push({ level: 'info', message, fields }),
    warn: (fields, message) => void lines.push({ level: 'warn', message, fields }),
  };
}
