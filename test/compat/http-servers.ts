/** MCP servers of others that listen on a port, each in a process of its own. */
import { join } from 'node:path';
import { freePort } from '../e2e/harness.ts';
import { startChild } from './child.ts';
import { HERE, programPath, rootProgramPath } from './programs.ts';

const READY_MS_MAX = 20_000;

const EVERYTHING = rootProgramPath('@modelcontextprotocol/server-everything', 'dist/index.js');
const DBHUB = programPath('@bytebase/dbhub', 'dist/index.js');

/** `ready`: what it writes once it listens. */
type HttpServerProgram = {
  readonly args: (port: number) => readonly string[];
  readonly path: string;
  readonly ready: RegExp;
};

const PROGRAMS = {
  everything: { args: () => [EVERYTHING, 'streamableHttp'], path: '/mcp', ready: /listening on port/i },
  'everything-sse': { args: () => [EVERYTHING, 'sse'], path: '/sse', ready: /running on port/i },
  'both-eras': { args: () => [join(HERE, 'servers', 'both-eras.ts')], path: '/mcp', ready: /http:\/\/127/ },
  orders: { args: () => [join(HERE, 'servers', 'orders.ts')], path: '/mcp', ready: /http:\/\/127/ },
  'orders-sse': { args: () => [join(HERE, 'servers', 'orders-sse.ts')], path: '/sse', ready: /http:\/\/127/ },
  dbhub: {
    args: (port) => [DBHUB, '--demo', '--transport', 'http', '--host', '127.0.0.1', '--port', String(port)],
    path: '/mcp',
    ready: /endpoint at http\S+\/mcp/,
  },
} as const satisfies Readonly<Record<string, HttpServerProgram>>;

export type HttpServerName = keyof typeof PROGRAMS;
export type HttpServer = {
  readonly url: string;
  /** What it wrote so far, to whoever wants to know what it noticed. */
  readonly written: () => string;
  readonly end: () => Promise<void>;
};

export async function startHttpServer(name: HttpServerName): Promise<HttpServer> {
  const program: HttpServerProgram = PROGRAMS[name];
  const port = await freePort();
  const child = startChild(program.args(port), { env: { PORT: String(port) } });
  try {
    await child.writes(program.ready, READY_MS_MAX);
  } catch (error) {
    await child.end();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}${program.path}`, written: () => child.written(), end: () => child.end() };
}
