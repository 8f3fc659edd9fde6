/**
 * The clients of test/bench/approvals.ts, in a process of their own: each has a connection and one call that is held. Told by
 * its parent what to call; says how many have heard that they wait, and how many were answered.
 */
import { connect } from 'node:net';

export type WaitingPlan = {
  readonly port: number;
  readonly path: string;
  /** Each has as many calls as the next. */
  readonly tokens: readonly string[];
  readonly calls: number;
  /** Connections that are opened at the same time. */
  readonly together: number;
  /** Characters of each call's arguments beside its number. */
  readonly argumentChars: number;
};
export type WaitingWord = { readonly waiting: number; readonly answered: number } | { readonly failed: string };

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
function open(plan: WaitingPlan, number: number, answered: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(plan.port, '127.0.0.1', () => socket.write(requestOf(plan, number)));
  let isWaiting = false;
  socket.on('data', (chunk: Buffer) => {
    if (!isWaiting && chunk.includes(WAITS)) {
      isWaiting = true;
      resolve();
    } else if (chunk.includes('"result"')) {
      if (!isWaiting) reject(new Error(`call ${number} was not held: ${chunk.toString().slice(0, 500)}`));
      answered();
    } else if (!isWaiting && !chunk.includes('HTTP/1.1 200'))
      reject(new Error(`call ${number} was refused: ${chunk.toString().slice(0, 500)}`));
  });
  socket.once('error', reject);
  socket.once('close', () => reject(new Error(`call ${number} was cut off`)));
  return promise;
}

async function run(plan: WaitingPlan): Promise<void> {
  let next = 0;
  let [waiting, answered] = [0, 0];
  const saying = setInterval(() => say({ waiting, answered }), SAY_MS);
  const openNext = async (): Promise<void> => {
    while (next < plan.calls) {
      const number = next;
      next += 1;
      await open(plan, number, () => (answered += 1));
      waiting += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: plan.together }, openNext));
  } catch (error) {
    clearInterval(saying);
    say({ failed: error instanceof Error ? error.message : String(error) });
  }
}

process.once('message', (plan: WaitingPlan) => void run(plan));
