/** What the answer of a webhook means for whether, and when, it is told again. */
import type { NoticeAnswer, NoticeFault } from '#notify/notifier.ts';

const GONE = 410;

/**
 * Any 2xx was heard. Standard Webhooks ends with 410 (Gone) alone; everything else may pass, a redirect to a page of
 * maintenance too.
 */
export function answerFault({ status, retryAfterMs }: NoticeAnswer): NoticeFault | undefined {
  if (status >= 200 && status < 300) return undefined;
  return {
    reason: `status_${status}`,
    isFinal: status === GONE,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
