/** A notice that waits, with what a test says otherwise. */
import type { Notice } from '#notify/notice.ts';

export const aNotice = (other: Partial<Notice> = {}): Notice => ({
  notifier: 'ops',
  approval: 'apr_1',
  state: 'waiting',
  told: undefined,
  revision: 1,
  isOver: false,
  attempts: 1,
  dueMs: 2_000,
  error: undefined,
  ref: undefined,
  askedMs: 1_000,
  version: 1,
  ...other,
});
