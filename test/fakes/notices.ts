/** Notices wired to fakes: approvals and notices in memory, a notifier that does what a test says, a clock that stands. */
import type { Approval } from '#approvals/approval.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { approvalNews } from '#notify/approval-news.ts';
import type { Notice } from '#notify/notice.ts';
import type { ApprovalNews, Notifier, NotifierKind } from '#notify/notifier.ts';
import type { NoticesParts } from '#notify/notices.ts';
import type { NoticeAct, NoticeDetail } from '#notify/tell-notice.ts';
import { anApprovalRequest } from '#test/fakes/approval.ts';
import { createFakeApprovalStore } from '#test/fakes/approval-store.ts';
import { createFakeNoticeStore } from '#test/fakes/notice-store.ts';

export type FakeNotifier = Notifier & {
  readonly heard: { readonly news: ApprovalNews; readonly ref: string | undefined }[];
  /** What it answers from now on. */
  answer: Notifier['tell'];
};

export function createFakeNotifier(name = 'ops', kind: NotifierKind = 'webhook'): FakeNotifier {
  const heard: FakeNotifier['heard'] = [];
  const notifier: FakeNotifier = {
    name,
    kind,
    heard,
    answer: async () => ({ ok: true, value: {} }),
    tell(news, ref, signal) {
      heard.push({ news, ref });
      return notifier.answer(news, ref, signal);
    },
    close: async () => undefined,
  };
  return notifier;
}

/** What lasts longer than a process. */
export const createNoticesDisk = () => ({ approvals: createFakeApprovalStore(), notices: new Map<string, Notice>() });

export function createNoticesRig(disk = createNoticesDisk(), other: Partial<Limits> = {}) {
  const { approvals } = disk;
  const store = createFakeNoticeStore(approvals, disk.notices);
  const records: { readonly act: NoticeAct; readonly approval: string; readonly detail: NoticeDetail }[] = [];
  const faults: string[] = [];
  const dead: NoticeDetail[] = [];
  let nowMs = 10_000;
  let canRecord = true;
  const limits: Limits = { ...LIMITS, ...other };
  const parts: NoticesParts = {
    store,
    find: (id) => approvals.find(id),
    news: (approval) =>
      approvalNews(approval, { mask: (text) => text, publicUrl: 'https://mcp.example', hasPages: true, limits }),
    async record(act, { id }, detail) {
      if (canRecord) records.push({ act, approval: id, detail });
      return canRecord;
    },
    clock: () => nowMs,
    limits: () => limits,
    onFault: (what) => faults.push(what),
    onDead: (_approval, detail) => dead.push(detail),
  };
  const ask = async (request: Parameters<typeof anApprovalRequest>[0] = {}): Promise<Approval> => {
    const created = await approvals.create(anApprovalRequest(request));
    if (created === 'full') throw new Error('no place');
    return created;
  };
  const end = async (id: string, change: Partial<Approval>): Promise<void> => {
    const before = approvals.find(id);
    if (before === undefined) throw new Error('no such approval');
    await approvals.replace(before, { ...before, ...change });
  };
  return {
    parts,
    store,
    approvals,
    records,
    faults,
    dead,
    ask,
    end,
    pass: (ms: number) => void (nowMs += ms),
    breakLedger: () => void (canRecord = false),
  };
}
