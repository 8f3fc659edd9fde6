/** Notices in `state.db`: read here, written by a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { Limits } from '#limits.ts';
import type { Notice, NoticeStore } from '#notify/notice.ts';
import type { Seal } from '#oauth/seal.ts';
import { openNoticeTable } from '#store/notice-table.ts';
import type { NoticeRow, NoticeTable, NoticeTableLimits, NoticeWrite } from '#store/notice-table.ts';
import { WriterThread } from '#store/writer-thread.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type NoticeWriterSettings = { readonly path: string; readonly limits: NoticeTableLimits };
export type ToNotices = ToWriter<NoticeWrite>;
export type FromNotices = FromWriter<boolean>;

export type NoticeStoreOptions = {
  readonly path: string;
  readonly limits: NoticeTableLimits & Pick<Limits, 'noticeWritesWaiting' | 'noticeWriteMs'>;
  /** Of what notifiers gave: where a message is, is nobody else's business. */
  readonly seal: Seal;
  /** For tests: another thread that speaks as notices.worker.ts does. */
  readonly startThread?: (settings: NoticeWriterSettings) => Worker;
};

export const NOTICE_SEAL = 'gatebook notices seal v1';

const writerThread = (settings: NoticeWriterSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/notices.worker.ts')), { workerData: settings });

const aboutOf = ({ notifier, approval }: Pick<Notice, 'notifier' | 'approval'>): string => `${notifier}\n${approval}`;

/** The file is opened by the first use, which throws when it cannot be: nobody pays for it who tells nobody. */
export function createNoticeStore({ path, limits, seal, startThread = writerThread }: NoticeStoreOptions): NoticeStore {
  const writer = new WriterThread<NoticeWrite, boolean>({
    start: () => startThread({ path, limits }),
    waiting: limits.noticeWritesWaiting,
    together: limits.noticeWritesWaiting,
    writeMs: limits.noticeWriteMs,
  });
  let opened: NoticeTable | undefined;
  let isClosed = false;
  const open = (): NoticeTable => {
    if (isClosed) throw new Error('closed');
    return (opened ??= openNoticeTable(path, limits));
  };
  const read = (row: NoticeRow): Notice => ({
    ...row,
    // One that somebody put there leads nowhere: the notifier then says it anew.
    ref: row.ref === undefined ? undefined : seal.open(row.ref, aboutOf(row)),
  });
  return {
    find(notifier, approval) {
      const row = open().find(notifier, approval);
      return row === undefined ? undefined : read(row);
    },
    of: (approval) => open().of(approval).map(read),
    due: (notifier, nowMs, limit) => open().due(notifier, nowMs, limit),
    missed: (notifier, limit) => open().missed(notifier, limit),
    dead: (notifier, limit) => open().dead(notifier, limit),
    waiting: () => open().waiting(),
    async put(before, after) {
      const { ref } = after;
      const sealed = ref === undefined ? undefined : seal.seal(ref, aboutOf(after));
      const { version } = before;
      const isWritten = await writer.write({ row: { ...after, ref: sealed, version } });
      return isWritten ? { ...after, version: version + 1 } : undefined;
    },
    async close() {
      isClosed = true;
      opened?.close();
      await writer.close();
    },
  };
}
