/** A store of notices on a `state.db` of the test's own, beside its approvals. */
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import type { NoticeStore } from '#notify/notice.ts';
import { createSeal } from '#oauth/seal.ts';
import { createNoticeStore, NOTICE_SEAL } from '#store/notice-store.ts';

export function openNoticesOn(t: TestContext, path: string, limits: Partial<Limits> = {}): NoticeStore {
  const store = createNoticeStore({
    path,
    limits: { ...LIMITS, ...limits },
    seal: createSeal(Buffer.alloc(32, 1), NOTICE_SEAL, randomBytes),
  });
  t.after(() => store.close());
  return store;
}
