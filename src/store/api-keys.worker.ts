/** The thread that writes API keys, so that nothing else waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import { openApiKeyTable } from '#store/api-key-table.ts';
import type { ApiKeyTable } from '#store/api-key-table.ts';
import type { ApiKeySettings, FromApiKeys, ToApiKeys } from '#store/api-keys.ts';

const port = parentPort;
if (port === null) throw new Error('api-keys.worker.ts runs as a worker thread only');

const { path, limits } = workerData as ApiKeySettings;
const send = (message: FromApiKeys): void => port.postMessage(message);
let table: ApiKeyTable | undefined;

port.on('message', ({ writes }: ToApiKeys) => {
  try {
    table ??= openApiKeyTable(path, limits);
    send({ outcomes: table.write(writes) });
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
});
