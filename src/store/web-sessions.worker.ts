/** The thread that writes in which browsers people are signed in, so that nothing else waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import { openWebSessionTable } from '#store/web-session-table.ts';
import type { WebSessionTable } from '#store/web-session-table.ts';
import type { FromWebSessions, ToWebSessions, WebSessionSettings } from '#store/web-sessions.ts';

const port = parentPort;
if (port === null) throw new Error('web-sessions.worker.ts runs as a worker thread only');

const { path, limits } = workerData as WebSessionSettings;
const send = (message: FromWebSessions): void => port.postMessage(message);
let table: WebSessionTable | undefined;

port.on('message', ({ writes }: ToWebSessions) => {
  try {
    table ??= openWebSessionTable(path, limits);
    table.write(writes);
    send({ outcomes: writes.map(() => 'done') });
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
});
