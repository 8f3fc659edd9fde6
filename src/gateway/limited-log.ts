/**
 * The same line over and over would fill a disk, and strangers must not have that in their hands: of each message at most
 * so many lines a minute, then how many were left out. Messages are fixed texts, so their number is bounded; `debug` is for
 * who asked for it, and is not limited.
 */
import type { Log } from '#gateway/gateway.ts';
import type { Limits } from '#limits.ts';

type Level = 'info' | 'warn' | 'error';
type Window = { startedMs: number; lines: number; leftOut: number };

const WINDOW_MS = 60_000;
const MESSAGES_MAX = 256;

export function limitLog(
  log: Log,
  { limits, monotonicMs }: { readonly limits: Pick<Limits, 'logLinesPerMinute'>; readonly monotonicMs: () => number },
): Log {
  const windows = new Map<string, Window>();

  const windowOf = (level: Level, message: string): Window => {
    const key = windows.size < MESSAGES_MAX || windows.has(message) ? message : '';
    const nowMs = monotonicMs();
    const known = windows.get(key);
    if (known !== undefined && nowMs - known.startedMs < WINDOW_MS) return known;
    if (known !== undefined && known.leftOut > 0)
      log[level]({ leftOut: known.leftOut, of: key }, 'lines were left out');
    const begun = { startedMs: nowMs, lines: 0, leftOut: 0 };
    windows.set(key, begun);
    return begun;
  };

  const limited =
    (level: Level) =>
    (fields: object, message = ''): void => {
      const window = windowOf(level, message);
      window.lines += 1;
      if (window.lines <= limits.logLinesPerMinute) log[level](fields, message);
      else window.leftOut += 1;
    };

  return {
    debug: (fields: object, message?: string) => log.debug(fields, message),
    info: limited('info'),
    warn: limited('warn'),
    error: limited('error'),
  };
}
