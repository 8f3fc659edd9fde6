/** What the words amount to that a program's user, or the model in it, is given to read for one try. */
import { WORDS_OF_NO } from './course.ts';

const READINGS = ['answer', 'no', 'refused', 'refused without link', 'over', 'timeout', 'fault'] as const;
export type Reading = (typeof READINGS)[number];

export function readingOf(text: string, order: string): Reading {
  if (text.includes(`cancelled ${order}`)) return 'answer';
  if (text.includes(WORDS_OF_NO)) return 'no';
  if (/\bapr_[a-z2-7]{26}\b/.test(text))
    return /\/approvals\/apr_[a-z2-7]{26}\b/.test(text) ? 'refused' : 'refused without link';
  if (/approval[^.]*(?:is over|expired)|nobody decided in time/i.test(text)) return 'over';
  return /time[- ]?d? ?out/i.test(text) ? 'timeout' : 'fault';
}
