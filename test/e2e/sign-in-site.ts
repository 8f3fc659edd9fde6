/**
 * A whole gateway that people sign in at, on a real disk and one port for good, with the demo's identity provider beside it; and
 * a browser without a window that walks through both. Everything ends with the test.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';
import type { DocumentNetwork } from '#bin/clients.ts';
import { composeGateway } from '#bin/compose.ts';
import type { ComposedGateway } from '#bin/compose.ts';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/load.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { startDemoIssuer } from '../../demo/issuer.ts';
import type { Person } from '../../demo/issuer.ts';
import { startFakeMcpServer } from '../fakes/mcp-server.ts';
import type { FakeMcpServer } from '../fakes/mcp-server.ts';
import { freePort, readRecords } from './harness.ts';
import type { TestRecord } from './harness.ts';

export { walkThrough } from '../fakes/walk-through.ts';

export const GATEWAY_SECRET = 'secret-of-the-gateway-at-the-issuer-Qx7';
export const AUDIENCE = 'https://gateway.test';

export type SignInGateway = {
  readonly origin: string;
  readonly issuerUrl: string;
  /** Who can sign in at the issuer; a change counts at once. */
  readonly people: Person[];
  readonly server: FakeMcpServer;
  readonly composed: () => ComposedGateway;
  readonly url: (connection: string) => string;
  readonly records: () => Promise<readonly TestRecord[]>;
  readonly log: () => string;
  /** The same data directory, the same port, another process as far as memory goes. */
  readonly restart: () => Promise<void>;
};

export type SiteOptions = {
  /** Further lines below `issuers:`, indented by two. */
  readonly issuers?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Further lines below `grants:`, indented by two. */
  readonly grants?: string;
  /** In flow style, as under `rules:`. */
  readonly rules?: string;
  /** In flow style, as under `approvals:`. */
  readonly approvals?: string;
  /** Where it listens, for issuers that have to know before. */
  readonly port?: number;
  /** In place of `signIn: {}`. */
  readonly signIn?: string;
  readonly limits?: Readonly<Record<string, number>>;
  /** How documents of clients are reached. */
  readonly documentNetwork?: DocumentNetwork;
};

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FILES = join(root, 'node_modules', '@modelcontextprotocol', 'server-filesystem', 'dist', 'index.js');

const configOf = (
  {
    port,
    folder,
    issuerUrl,
    serverUrl,
  }: Readonly<Record<'folder' | 'issuerUrl' | 'serverUrl', string>> & { port: number },
  { issuers = '', grants = '', rules = '[]', approvals = '{}', signIn, limits }: SiteOptions,
) => `version: 1
deployment: test
server: { listen: 127.0.0.1:${port} }
issuers:
  idp:
    preset: okta
    issuer: "${issuerUrl}"
    audiences: ["${AUDIENCE}"]
    apiAudience: "${AUDIENCE}/api"
    signIn: { clientId: gatebook, clientSecret: env:ISSUER_SECRET, label: Demo }
${issuers}${signIn ?? 'signIn: {}'}
roles: { admin: ["idp:admins"], auditor: ["idp:auditors"] }
connections:
  notes: { upstream: { type: http, url: "${serverUrl}" } }
  private: { upstream: { type: http, url: "${serverUrl}" } }
  files:
    upstream: { type: stdio, command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(FILES)}, ${JSON.stringify(folder)}], cwd: ${JSON.stringify(folder)} }
levels: { use: { allow: ["tools/call:*"] } }
grants:
  - { groups: ["idp:support"], connections: [notes, files], level: use }
${grants}rules: ${rules}
approvals: ${approvals}
limits: ${JSON.stringify(limits ?? {})}
`;

function load(folder: string, text: string, env: SiteOptions['env']): LoadedConfig {
  const loaded = loadConfig({
    file: join(folder, 'gatebook.yaml'),
    text,
    env: { ISSUER_SECRET: GATEWAY_SECRET, ...env },
    readFile: () => {
      throw new Error('no secret files here');
    },
  });
  if (!loaded.ok)
    throw new Error(loaded.error.map((problem) => `${problem.line}:${problem.path}: ${problem.message}`).join('\n'));
  return loaded.value;
}

export async function startSignInGateway(t: TestContext, options: SiteOptions = {}): Promise<SignInGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-sign-in-'));
  const port = options.port ?? (await freePort());
  const origin = `http://127.0.0.1:${port}`;
  const people: Person[] = [
    { login: 'ada@example.com', password: 'demo', uid: '00u1ada', groups: ['support'] },
    { login: 'grace@example.com', password: 'demo', uid: '00u2grace', groups: [] },
    { login: 'olga@example.com', password: 'demo', uid: '00u3olga', groups: ['admins', 'auditors'] },
  ];
  const [issuer, server] = await Promise.all([
    startDemoIssuer({
      port: 0,
      audiences: { mcp: AUDIENCE, api: `${AUDIENCE}/api` },
      people,
      clients: [
        {
          id: 'gatebook',
          secret: GATEWAY_SECRET,
          allowsPasswords: true,
          redirectUris: [`${origin}/signin/callback/idp`],
        },
        { id: 'direct', secret: 'secret-of-direct-tokens', allowsPasswords: true },
      ],
    }),
    startFakeMcpServer(),
  ]);
  writeFileSync(join(folder, 'hello.txt'), 'hello from a file');
  const places = { port, folder, issuerUrl: issuer.url, serverUrl: server.url };
  const loaded = load(folder, configOf(places, options), options.env);
  const lines: string[] = [];
  const line = (...words: readonly unknown[]): void =>
    void lines.push(words.map((word) => (word instanceof Error ? word.stack : JSON.stringify(word))).join(' '));
  let running: ComposedGateway | undefined;
  t.after(async () => {
    await running?.stop();
    await Promise.all([issuer.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const start = async (): Promise<void> => {
    const made = await composeGateway({
      loaded,
      disk: nodeDisk,
      log: { debug: line, info: line, warn: line, error: line },
      env: { PATH: process.env['PATH'] },
      ...(options.documentNetwork === undefined ? {} : { documentNetwork: options.documentNetwork }),
    });
    if (!made.ok) throw new Error(made.error.message);
    const { server: listening } = made.value;
    running = made.value;
    await new Promise<void>((resolve) => listening.listen(port, '127.0.0.1', resolve));
  };
  await start();
  return {
    origin,
    issuerUrl: issuer.url,
    people,
    server,
    composed() {
      if (running === undefined) throw new Error('stopped');
      return running;
    },
    url: (connection) => `${origin}/mcp/${connection}`,
    records: () => readRecords(loaded),
    log: () => lines.join('\n'),
    async restart() {
      await running?.stop();
      await start();
    },
  };
}
