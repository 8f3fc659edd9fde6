/** Ending a thread that may be inside SQLite, where it ends only when SQLite next asks for its budget (index-queries.ts). */
import type { Worker } from 'node:worker_threads';

/** Waits no longer than `ms`. */
export async function endThread(worker: Worker, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([worker.terminate(), late.promise]);
  clearTimeout(timer);
}
