/** The thread that writes approvals, so that no other call waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads';
import { openApprovalTable } from '#store/approval-table.ts';
import type { ApprovalTable } from '#store/approval-table.ts';
import type { ApprovalWriterSettings, FromApprovals, ToApprovals } from '#store/approval-messages.ts';

const port = parentPort;
if (port === null) throw new Error('approvals.worker.ts runs as a worker thread only');

const { path, limits } = workerData as ApprovalWriterSettings;
const send = (message: FromApprovals): void => port.postMessage(message);
let table: ApprovalTable | undefined;

port.on('message', ({ writes }: ToApprovals) => {
  try {
    table ??= openApprovalTable(path, limits);
    send({ outcomes: table.write(writes) });
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
});
