/**
 * The clients of test/bench/approvals.ts, in a process of their own: each has a connection and one call that is held. Told by
 * its parent what to call; says how many have heard that they wait.
 */
import { connect } from 'node:net';

export type WaitingPlan = {
  readonly port: number;
  readonly path: string;
  /** Each has as many calls as the next. */
  readonly tokens: readonly string[];
  readonly calls: number;
  /** Connections that are opened in a second. */
  readonly perSecond: number;
  /** Characters of each call's arguments beside its number. */
  readonly argumentChars: number;
};
export type WaitingWord = { readonly waiting: number } | { readonly failed: string };

const WAITS = 'notifications/progress';
const SAY_MS = 100;

const bodyOf = (number: number, chars: number): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: number,
    method: 'tools/call',
    params: {
      name: 'delete_ticket',
      arguments: { number, note: 'parcel '.repeat(Math.ceil(chars / 7)).slice(0, chars) },
      _meta: { progressToken: number },
    },
  });

function requestOf({ port, path, tokens, argumentChars }: WaitingPlan, number: number): string {
  const body = bodyOf(number, argumentChars);
  return [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `authorization: Bearer ${tokens[number % tokens.length]}`,
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    'mcp-protocol-version: 2025-11-25',
    'user-agent: bench',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

const say = (word: WaitingWord): void => void process.send?.(word);

/** Resolves once the call waits. */
function open(plan: WaitingPlan, number: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(plan.port, '127.0.0.1', () => socket.write(requestOf(plan, number)));
  let isWaiting = false;
  socket.on('data', (chunk: Buffer) => {
    if (!isWaiting && chunk.includes(WAITS)) {
      isWaiting = true;
      resolve();
    } else if (!isWaiting && !chunk.includes('text/event-stream'))
      reject(new Error(`call ${number} does not wait: ${chunk.toString().slice(0, 500)}`));
  });
  socket.once('error', reject);
  socket.once('close', () => reject(new Error(`call ${number} was cut off`)));
  return promise;
}

async function run(plan: WaitingPlan): Promise<void> {
  let waiting = 0;
  const saying = setInterval(() => say({ waiting }), SAY_MS);
  const started = performance.now();
  const opened: Promise<void>[] = [];
  let failed: unknown;
  try {
    while (opened.length < plan.calls) {
      if (failed !== undefined) throw failed;
      const due = Math.min(plan.calls, ((performance.now() - started) / 1_000) * plan.perSecond);
      while (opened.length < due) {
        const waits = open(plan, opened.length).then(() => void (waiting += 1));
        waits.catch((error: unknown) => (failed ??= error));
        opened.push(waits);
      }
      await new Promise((next) => void setTimeout(next, 10));
    }
    await Promise.all(opened);
  } catch (error) {
    clearInterval(saying);
    say({ failed: error instanceof Error ? error.message : String(error) });
  }
}

process.once('message', (plan: WaitingPlan) => void run(plan));
