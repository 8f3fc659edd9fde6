/** The process' own log: JSON lines on stderr. What may hold a secret is never passed to it; the redaction is a second net. */
import pino from 'pino';
import type { Log } from '#gateway/gateway.ts';
import { limitLog } from '#gateway/limited-log.ts';
import type { Limits } from '#limits.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'];

export function createLog(level: string, limits: Pick<Limits, 'logLinesPerMinute'>, worker?: number): Log {
  const log = pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['*.authorization', '*.cookie', '*.token', '*.secret', 'authorization', 'cookie', 'token', 'secret'],
        censor: '[secret]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
  return limitLog(log, { limits, monotonicMs: () => performance.now() });
}
