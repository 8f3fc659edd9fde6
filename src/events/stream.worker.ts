/**
 * The thread of one export or one tail: reads the book, checks every record, writes lines. Off the main thread, since it
 * hashes and opens every record it gives. Ended from outside whenever its reader is gone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { openBook } from '#events/book.ts';
import { pieces } from '#events/pieces.ts';
import type { FromStreamThread, StreamThreadSettings } from '#events/stream-jobs.ts';
import { streamLines } from '#events/stream-lines.ts';
import { nodeDisk } from '#ledger/node-disk.ts';

const port = parentPort;
if (port === null) throw new Error('stream.worker.ts runs as a worker thread only');

const settings = workerData as StreamThreadSettings;
const book = openBook(nodeDisk, settings.place);
const lines = streamLines(book, settings, (ms) => sleep(ms));
const output = pieces(lines, settings.limits.streamPieceChars);

async function next(): Promise<FromStreamThread> {
  try {
    const { done, value } = await output.next();
    return done === true ? { type: 'end' } : { type: 'piece', text: value };
  } catch (error) {
    return { type: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', () => void next().then((message) => port.postMessage(message)));
