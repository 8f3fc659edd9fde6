/** One try to tell a notifier, bounded whatever the notifier does. */
import type { ApprovalNews, NoticeFault, Notifier, Told } from '#notify/notifier.ts';
import { err } from '#result.ts';
import type { Result } from '#result.ts';

/** The end of the process cut it short: whether it was told is unknown. */
export const STOPPED: NoticeFault = { reason: 'stopped', isFinal: false };
const TIMED_OUT: NoticeFault = { reason: 'timed_out', isFinal: false };
const FAILED: NoticeFault = { reason: 'failed', isFinal: false };

export type AttemptParts = {
  readonly timeoutMs: number;
  readonly stopping: AbortSignal;
  readonly onFault: (what: string, error: unknown) => void;
};

export function attempt(
  notifier: Notifier,
  news: ApprovalNews,
  ref: string | undefined,
  { timeoutMs, stopping, onFault }: AttemptParts,
): Promise<Result<Told, NoticeFault>> {
  const { promise, resolve } = Promise.withResolvers<Result<Told, NoticeFault>>();
  const time = new AbortController();
  const timer = setTimeout(() => {
    time.abort();
    resolve(err(TIMED_OUT));
  }, timeoutMs);
  const stop = (): void => resolve(err(STOPPED));
  stopping.addEventListener('abort', stop, { once: true });
  if (stopping.aborted) stop();
  else
    notifier.tell(news, ref, AbortSignal.any([time.signal, stopping])).then(resolve, (error: unknown) => {
      onFault('a notifier failed in itself', error);
      resolve(err(FAILED));
    });
  return promise.finally(() => {
    clearTimeout(timer);
    stopping.removeEventListener('abort', stop);
  });
}
