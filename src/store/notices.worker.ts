/** The thread that writes notices, so that nothing else waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import { openNoticeTable } from '#store/notice-table.ts';
import type { NoticeTable } from '#store/notice-table.ts';
import type { FromNotices, NoticeWriterSettings, ToNotices } from '#store/notice-store.ts';

const port = parentPort;
if (port === null) throw new Error('notices.worker.ts runs as a worker thread only');

const { path, limits } = workerData as NoticeWriterSettings;
const send = (message: FromNotices): void => port.postMessage(message);
let table: NoticeTable | undefined;

port.on('message', ({ writes }: ToNotices) => {
  try {
    table ??= openNoticeTable(path, limits);
    send({ outcomes: table.write(writes) });
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
});
