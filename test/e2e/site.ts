/** A gateway as a process of its own, `gatebook serve`, with a fake issuer and a fake MCP server beside it. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';
import { startFakeIssuer } from '../fakes/issuer.ts';
import type { FakeIssuer } from '../fakes/issuer.ts';
import { startFakeMcpServer } from '../fakes/mcp-server.ts';
import type { FakeMcpServer } from '../fakes/mcp-server.ts';
import { Agent, fetch as undiciFetch } from 'undici';
import { freePort } from './harness.ts';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const GATEBOOK = ['--disable-warning=ExperimentalWarning', join(root, 'src/bin/gatebook.ts')];
const AUDIENCE = 'https://site.test';

export const gatebook = (...args: readonly string[]) =>
  spawnSync(process.execPath, [...GATEBOOK, ...args], {
    encoding: 'utf8',
    env: { ...process.env, INIT_CWD: '' },
    maxBuffer: 256 * 1024 * 1024,
  });

export type Answer = Awaited<ReturnType<typeof undiciFetch>>;

export type Serving = {
  readonly child: ChildProcess;
  /** Its log so far. */
  log(): string;
  /** Waits for a line of its log. */
  logged(pattern: RegExp): Promise<void>;
  /** Its exit code, when it has ended. */
  readonly ended: Promise<number | null>;
};

export type Site = {
  readonly folder: string;
  readonly config: string;
  readonly data: string;
  readonly url: string;
  readonly port: number;
  readonly issuer: FakeIssuer;
  readonly server: FakeMcpServer;
  /** Writes gatebook.yaml with these lines added at its end; `scheme` of the server's own URL. */
  write(more?: string, change?: (text: string) => string): void;
  token(): Promise<string>;
  serve(env?: Readonly<Record<string, string>>): Promise<Serving>;
  call(name: string, id?: number, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(message: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Begins a legacy session; gives the header that belongs to it. */
  session(): Promise<Readonly<Record<string, string>>>;
  get(path: string): Promise<Answer>;
};

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 3_000; turn += 1) {
    if (await holds()) return;
    await new Promise((next) => {
      setTimeout(next, 10);
    });
  }
  throw new Error(`not within half a minute: ${what}`);
}

export function startServing(t: TestContext, config: string, env: Readonly<Record<string, string>> = {}): Serving {
  const child = spawn(process.execPath, [...GATEBOOK, 'serve', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  t.after(() => void child.kill('SIGKILL'));
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return {
    child,
    log: () => text,
    logged: (pattern) => until(`${pattern} in the log`, () => pattern.test(text)),
    ended: new Promise((resolve) => child.once('exit', resolve)),
  };
}

export async function prepareSite(t: TestContext): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-site-'));
  const [issuer, server, port] = await Promise.all([startFakeIssuer(), startFakeMcpServer(), freePort()]);
  t.after(async () => {
    await Promise.all([issuer.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const config = join(folder, 'gatebook.yaml');
  const url = `http://127.0.0.1:${port}`;
  const text = `version: 1
deployment: site
server: { listen: 127.0.0.1:${port} }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuer.url}", audiences: ["${AUDIENCE}"] } }
connections: { parcels: { upstream: { type: http, url: "${server.url}" } } }
levels: { use: { allow: ["tools/call:*"] } }
grants: [{ clients: ["idp:robot"], connections: [parcels], level: use }]
`;
  // A connection for each question: one kept from before may be closed under it.
  const dispatcher = new Agent({ pipelining: 0 });
  t.after(() => dispatcher.close());
  const token = (): Promise<string> => issuer.sign({ ver: 1, aud: AUDIENCE, cid: 'robot', sub: 'robot' });
  const post = async (message: object, more: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    undiciFetch(`${url}/mcp/parcels`, {
      dispatcher,
      method: 'POST',
      headers: {
        authorization: `Bearer ${await token()}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...more,
      },
      body: JSON.stringify(message),
    });
  const write: Site['write'] = (more = '', change = (plain) => plain) => writeFileSync(config, change(text) + more);
  write();
  return {
    folder,
    config,
    data: join(folder, 'data'),
    url,
    port,
    issuer,
    server,
    write,
    token,
    async serve(env) {
      const serving = startServing(t, config, env);
      await until('ready', () => {
        if (serving.child.exitCode !== null)
          throw new Error(`serve ended with ${serving.child.exitCode}: ${serving.log()}`);
        return /"msg":"ready"/.test(serving.log());
      });
      return serving;
    },
    post,
    get: (path) => undiciFetch(`${url}${path}`, { dispatcher }),
    call: async (name, id = 1, more = {}) =>
      post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } }, more),
    async session() {
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'site', version: '1' } };
      const begun = await post({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
      const id = begun.headers.get('mcp-session-id');
      if (id === null) throw new Error(`no session: ${await begun.text()}`);
      return { 'mcp-session-id': id };
    },
  };
}
