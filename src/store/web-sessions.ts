/** Web sessions in `state.db`: read here, written by a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { WebSessionStore, WebSessionWrite } from '#oauth/web-session.ts';
import { openWebSessionTable } from '#store/web-session-table.ts';
import type { WebSessionTableLimits } from '#store/web-session-table.ts';
import { WriterThread } from '#store/writer-thread.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type WebSessionSettings = { readonly path: string; readonly limits: WebSessionTableLimits };
export type ToWebSessions = ToWriter<WebSessionWrite>;
export type FromWebSessions = FromWriter<'done'>;

const writerThread = (settings: WebSessionSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/web-sessions.worker.ts')), { workerData: settings });

/** Throws when the file cannot be used. */
export function openWebSessions({ path, limits }: WebSessionSettings): WebSessionStore {
  const table = openWebSessionTable(path, limits);
  const writer = new WriterThread<WebSessionWrite, 'done'>({
    start: () => writerThread({ path, limits }),
    waiting: limits.webSessionWritesWaiting,
    together: limits.webSessionWritesWaiting,
    writeMs: limits.webSessionWriteMs,
  });
  let isClosed = false;
  const open = (): typeof table => {
    if (isClosed) throw new Error('closed');
    return table;
  };
  return {
    find: (digest) => open().find(digest),
    of: (signIns) => open().of(signIns),
    async write(write) {
      await writer.write(write);
    },
    async close() {
      isClosed = true;
      table.close();
      await writer.close();
    },
  };
}
