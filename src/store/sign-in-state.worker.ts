/** The thread that writes consents, claims and linked Slack accounts, so that nothing else waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromSignInState, SignInStateSettings, ToSignInState } from '#store/sign-in-state.ts';
import { openSignInTables } from '#store/sign-in-tables.ts';
import type { SignInTables } from '#store/sign-in-tables.ts';

const port = parentPort;
if (port === null) throw new Error('sign-in-state.worker.ts runs as a worker thread only');

const { path, limits } = workerData as SignInStateSettings;
const send = (message: FromSignInState): void => port.postMessage(message);
let tables: SignInTables | undefined;

port.on('message', ({ writes }: ToSignInState) => {
  try {
    tables ??= openSignInTables(path, limits);
    send({ outcomes: tables.write(writes) });
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
});
