/** The table of servers: the same session with the server itself and through Gatebook, and then what the book says of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGatewayProcess } from './gateway-process.ts';
import type { GatewayProcess, UpstreamSetting } from './gateway-process.ts';
import { startHttpServer } from './http-servers.ts';
import { outcomeOf, plainFault } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { Observation } from './feature.ts';
import { holdSession } from './server-session.ts';
import type { HeldSession, Reach, ServerSession, ToolCall } from './server-session.ts';
import { SERVERS } from './servers.ts';
import type { ServerProgram } from './servers.ts';

export const SERVER_CHECKS = ['connect', 'list', 'call', 'book'] as const;
export type ServerCheck = (typeof SERVER_CHECKS)[number];

export type ServerRow = {
  readonly server: ServerProgram;
  readonly era: string | undefined;
  readonly outcomes: Readonly<Record<ServerCheck, Outcome>>;
};

const CLIENT_NAME = 'compat-session';
const CONNECTION = 'server';

const observed = (held: HeldSession, part: (session: ServerSession) => unknown): Observation =>
  'fault' in held ? { state: 'fault', fault: held.fault } : { state: 'done', value: part(held.session) };

/** `tool_error` is what a tool said of itself, and no less in the book. */
async function bookOutcome(gateway: GatewayProcess, calls: readonly ToolCall[]): Promise<Outcome> {
  const events = await gateway.events(
    `connection eq "${CONNECTION}" and method eq "tools/call" and client.name eq "${CLIENT_NAME}"`,
  );
  const wanted = calls.map(({ name }) => name);
  const found = events
    .filter(({ outcome }) => outcome === 'ok' || outcome === 'tool_error')
    .map(({ name }) => name)
    .toReversed();
  return JSON.stringify(found) === JSON.stringify(wanted)
    ? { state: 'pass' }
    : {
        state: 'red',
        fault: `called ${wanted.join()}; in the book ${events.map(({ name }) => name).join() || 'nothing'}`,
      };
}

type Ways = {
  readonly direct: Reach;
  readonly upstream: UpstreamSetting;
  readonly end: () => Promise<void>;
};

/** Both ways to the server. Over stdio each side starts a process of its own, with a folder of its own. */
async function waysTo(server: ServerProgram, folder: string, files: string): Promise<Ways> {
  if (server.transport !== 'stdio') {
    const { url, end } = await startHttpServer(server.listens);
    return { direct: { type: server.transport, url }, upstream: { type: server.transport, url }, end };
  }
  const processIn = (name: string): Reach & { readonly type: 'stdio' } => {
    const places = { folder: join(folder, name), files };
    mkdirSync(places.folder);
    const env = { PATH: process.env['PATH'] ?? '', ...server.env?.(places) };
    return { type: 'stdio', command: process.execPath, args: server.args(places), env, cwd: places.folder };
  };
  return { direct: processIn('direct'), upstream: processIn('through'), end: async () => undefined };
}

function judge(direct: HeldSession, through: HeldSession): Omit<ServerRow['outcomes'], 'book'> {
  const compared = (part: (session: ServerSession) => unknown): Outcome =>
    outcomeOf(observed(direct, part), observed(through, part), false);
  return {
    connect: compared(({ connected }) => connected),
    list: compared(({ listed }) => listed),
    call: compared(({ called }) => called),
  };
}

async function compareServer(server: ServerProgram, folder: string, files: string): Promise<ServerRow> {
  const calls = server.calls({ folder, files });
  const era = server.transport === 'sse' ? 'legacy' : 'auto';
  const ways = await waysTo(server, folder, files);
  try {
    const direct = await holdSession({ reach: ways.direct, era, calls, clientName: CLIENT_NAME });
    const eraSeen = 'session' in direct ? direct.session.connected.era : undefined;
    let gateway: GatewayProcess;
    try {
      gateway = await startGatewayProcess({ [CONNECTION]: ways.upstream });
    } catch (error) {
      const red: Outcome = { state: 'red', fault: plainFault(error instanceof Error ? error.message : String(error)) };
      return { server, era: eraSeen, outcomes: { connect: red, list: red, call: red, book: red } };
    }
    try {
      const reach: Reach = { type: 'http', url: gateway.url(CONNECTION), token: gateway.token };
      const through = await holdSession({ reach, era, calls, clientName: CLIENT_NAME });
      const judged = judge(direct, through);
      return { server, era: eraSeen, outcomes: { ...judged, book: await bookOutcome(gateway, calls) } };
    } finally {
      await gateway.stop();
    }
  } finally {
    await ways.end();
  }
}

export async function compareServers(tell: (line: string) => void): Promise<readonly ServerRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-compat-servers-'));
  const files = join(folder, 'files');
  mkdirSync(files);
  writeFileSync(join(files, 'hello.txt'), 'hello from a file, grüße ✓\n');
  try {
    const rows: ServerRow[] = [];
    for (const [at, server] of SERVERS.entries()) {
      tell(`${server.title} over ${server.transport}`);
      const own = join(folder, String(at));
      mkdirSync(own);
      rows.push(await compareServer(server, own, files));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
