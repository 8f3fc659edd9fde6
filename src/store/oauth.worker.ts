/** The thread that writes what the authorization server keeps, so that nothing else waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromOAuth, OAuthWriterSettings, ToOAuth } from '#store/oauth-store.ts';
import { openOAuthTable } from '#store/oauth-table.ts';
import type { OAuthTable } from '#store/oauth-table.ts';

const port = parentPort;
if (port === null) throw new Error('oauth.worker.ts runs as a worker thread only');

const { path, limits } = workerData as OAuthWriterSettings;
const send = (message: FromOAuth): void => port.postMessage(message);
let table: OAuthTable | undefined;

port.on('message', ({ writes }: ToOAuth) => {
  try {
    table ??= openOAuthTable(path, limits);
    send({ outcomes: table.write(writes) });
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
});
