/** The thread that masks large messages, one at a time. What it does not survive costs one message. */
import { parentPort } from 'node:worker_threads';
import { createMaskJobs, type FromMaskThread, type ToMaskThread } from '#masking/mask-job.ts';

const port = parentPort;
if (port === null) throw new Error('mask.worker.ts runs as a worker thread only');

const run = createMaskJobs();

const memoryOf = (answer: FromMaskThread): ArrayBuffer[] =>
  answer.type === 'failed'
    ? []
    : [answer.masked.send, answer.masked.stored].flatMap((copy) => (copy === 'as it came' ? [] : [copy.buffer]));

port.on('message', (job: ToMaskThread) => {
  const answer = run(job);
  port.postMessage(answer, [...new Set(memoryOf(answer))]);
});
