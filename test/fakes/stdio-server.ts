/** An MCP-like server over stdio whose methods misbehave on request. `argv[2]` "stubborn": ignores the end of stdin and SIGTERM. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

type Message = {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly _meta?: { readonly progressToken?: unknown }; readonly port?: number };
  readonly result?: unknown;
};

const say = (message: object): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const held: Message[] = [];
let asker: Message | undefined;

if (process.argv[2] === 'stubborn') {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 60_000);
}
if (process.argv[2] === 'dies') process.exit(9);

const methods: Readonly<Record<string, (message: Message) => void>> = {
  echo: ({ id, params }) => say({ id, result: { pid: process.pid, params } }),
  initialize: ({ id }) => say({ id, result: { pid: process.pid } }),
  env: ({ id }) => say({ id, result: { env: process.env, cwd: process.cwd() } }),
  progress: ({ id, params }) => {
    say({ method: 'notifications/progress', params: { progressToken: params?._meta?.progressToken, progress: 1 } });
    say({ id, result: {} });
  },
  log: ({ id }) => {
    say({ method: 'notifications/message', params: { level: 'info', data: 'working' } });
    say({ id, result: {} });
  },
  'subscriptions/listen': (message) => {
    held.push(message);
    const _meta = { 'io.modelcontextprotocol/subscriptionId': message.id };
    say({ method: 'notifications/subscriptions/acknowledged', params: { _meta } });
  },
  hold: (message) => {
    held.push(message);
    say({
      method: 'notifications/progress',
      params: { progressToken: message.params?._meta?.progressToken, progress: 0 },
    });
  },
  release: ({ id }) => {
    for (const message of held.splice(0).toReversed()) say({ id: message.id, result: { held: message.id } });
    say({ id, result: {} });
  },
  ask: (message) => {
    asker = message;
    say({ id: 'server-1', method: 'sampling/createMessage', params: {} });
  },
  /** Asks when no call is open. */
  askLater: ({ id }) => {
    say({ id, result: {} });
    say({ id: 'server-2', method: 'roots/list' });
  },
  twice: ({ id }) => {
    say({ id, result: { first: true } });
    say({ id, result: { first: false } });
  },
  exit: () => process.exit(3),
  garbage: () =>
    process.stdout.write('Listening on stdio…\n{"jsonrpc":"2.0","method":"notifications/message","params":{}}\n'),
  long: () => process.stdout.write('x'.repeat(64 * 1024)),
  stderr: ({ id }) => {
    process.stderr.write(`password is hunter2-hunter2\n${'y'.repeat(100_000)}\n`);
    for (let n = 0; n < 5_000; n++) process.stderr.write(`line ${n}\n`);
    say({ id, result: {} });
  },
  /** Starts a process that ignores SIGTERM and keeps a connection to `port` open for as long as it lives. */
  grandchild: ({ id, params }) => {
    const script = `process.on('SIGTERM', () => {}); require('node:net').connect(${params?.port}, '127.0.0.1').on('error', () => {}); setInterval(() => {}, 60000)`;
    spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    say({ id, result: {} });
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as Message;
  if (message.method === undefined) {
    say(
      message.id === 'server-1'
        ? { id: asker?.id, result: { told: message.result } }
        : { method: 'notifications/heard', params: { message } },
    );
  } else if (message.id === undefined) say({ method: 'notifications/heard', params: { message } });
  else (methods[message.method] ?? methods['echo'])?.(message);
});
