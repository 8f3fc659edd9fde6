/** Web sessions in `state.db`: read here, written by a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { WebSessionStore, WebSessionWrite } from '#oauth/web-session.ts';
import { openWebSessionTable } from '#store/web-session-table.ts';
import type { WebSessionTable, WebSessionTableLimits } from '#store/web-session-table.ts';
import { WriterThread } from '#store/writer-thread.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type WebSessionSettings = { readonly path: string; readonly limits: WebSessionTableLimits };
export type ToWebSessions = ToWriter<WebSessionWrite>;
export type FromWebSessions = FromWriter<'done'>;

const writerThread = (settings: WebSessionSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/web-sessions.worker.ts')), { workerData: settings });

/** The file is opened by the first use, which throws when it cannot be: nobody pays for it who does not sign in. */
export function openWebSessions({ path, limits }: WebSessionSettings): WebSessionStore {
  let opened: WebSessionTable | undefined;
  const writer = new WriterThread<WebSessionWrite, 'done'>({
    start: () => writerThread({ path, limits }),
    waiting: limits.webSessionWritesWaiting,
    together: limits.webSessionWritesWaiting,
    writeMs: limits.webSessionWriteMs,
  });
  let isClosed = false;
  const open = (): WebSessionTable => {
    if (isClosed) throw new Error('closed');
    return (opened ??= openWebSessionTable(path, limits));
  };
  return {
    find: (digest) => open().find(digest),
    of: (signIns) => open().of(signIns),
    async write(write) {
      await writer.write(write);
    },
    async close() {
      isClosed = true;
      opened?.close();
      await writer.close();
    },
  };
}
