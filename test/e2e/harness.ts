/**
 * A whole gateway in the test's process: real configuration, real ledger on a real disk in a temporary folder, a fake
 * issuer and fake MCP servers on loopback. Everything ends with the test.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { DocumentNetwork } from '#bin/clients.ts';
import { composeGateway } from '#bin/compose.ts';
import type { ComposedGateway } from '#bin/compose.ts';
import { dataPlaces } from '#bin/data-places.ts';
import type { ReloadOutcome } from '#bin/reload.ts';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { ConfigProblem } from '#config/problem.ts';
import type { Budget } from '#gateway/connection-quota.ts';
import type { RecordHeader } from '#events/header.ts';
import type { Disk } from '#ledger/disk.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeyReader } from '#ledger/open-keys.ts';
import { createLedgerReader, LOG_START } from '#ledger/reader.ts';
import type { Leaf } from '#ledger/record.ts';
import type { Result } from '#result.ts';
import { startFakeIssuer } from '../fakes/issuer.ts';
import type { FakeIssuer } from '../fakes/issuer.ts';
import { startFakeMcpServer } from '../fakes/mcp-server.ts';
import type { FakeMcpServer } from '../fakes/mcp-server.ts';

export const AUDIENCE = 'https://gateway.test';
export const API_AUDIENCE = 'https://gateway.test/api';
/** What the gateway shows the fake server; distinctive, so that a leak is found by searching. */
export const CREDENTIAL = 'upstream-credential-Zq8vN2xLw5';

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
};
export type TestRecord = {
  readonly leaf: Leaf;
  readonly header: RecordHeader | undefined;
  readonly payload: Buffer | null;
};
export type OpenStream = { received(): string; ended(): Promise<string>; cancel(): void };
type HeaderChanges = Readonly<Record<string, string | undefined>>;

export type TestGateway = {
  readonly origin: string;
  readonly issuer: FakeIssuer;
  /** The server behind the connections `notes`, `masked` and `private`. */
  readonly server: FakeMcpServer;
  readonly composed: ComposedGateway;
  readonly dataDir: string;
  url(connection: string): string;
  /** A token of the service account with the grants, or with other claims. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A token for the API of a person with these groups. */
  apiToken(groups: readonly string[], claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** GET of a path of the API, by an auditor unless another token is given; '' for none. */
  api(path: string, token?: string): Promise<Reply>;
  post(connection: string, body: string | Buffer, headers?: HeaderChanges): Promise<Reply>;
  /** The same, without waiting for the end of the answer. */
  open(connection: string, body: string, headers?: HeaderChanges): Promise<OpenStream>;
  /** Every durable record so far, opened. */
  records(): Promise<readonly TestRecord[]>;
  /** Waits for such a record. */
  recordWhere(matches: (record: TestRecord) => boolean): Promise<TestRecord>;
  flushRefusals(): void;
  /** SIGHUP with the configuration as `change` makes it of the one before. */
  reload(change: (text: string) => string, env?: Readonly<Record<string, string>>): Promise<ReloadOutcome>;
  log(): string;
  stop(): Promise<void>;
  /** Stops it and starts another on the same data directory, with the same issuer and server. */
  restart(changes?: Options): Promise<TestGateway>;
};

export const toolCall = (name: string, args: Record<string, unknown> = {}) => ({
  jsonrpc: '2.0' as const,
  id: 1,
  method: 'tools/call' as const,
  params: { name, arguments: args },
});

/** Below the ports that the system itself gives to whoever asks for any, which tests beside this one do all the time. */
const PORTS = { first: 10_000, end: 32_000 } as const;

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = randomInt(PORTS.first, PORTS.end);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  throw new Error('no free port found');
}

type Options = {
  readonly disk?: Disk;
  readonly limits?: Readonly<Record<string, number>>;
  /** The budget of the connection `notes`. */
  readonly budget?: Budget;
  /** What `file:` and paths of the configuration refer to, by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** In place of the levels, grants and rules, as YAML. */
  readonly policy?: string;
  /** Further connections, as YAML lines under `connections:`, and their names for the robot's grant. */
  readonly connections?: { readonly yaml: string; readonly names: readonly string[] };
  /** `signIn` of gatebook.yaml; people then sign in at the issuer, where Gatebook is the client `gatebook`. */
  readonly signIn?: object;
  /** How documents of clients are reached. */
  readonly documentNetwork?: DocumentNetwork;
};

const defaultPolicy = (names: readonly string[]): string => `levels:
  use: { allow: ["tools/call:*", "resources/read:note://*", "prompts/*"], deny: ["tools/call:drop_*"] }
grants:
  - { clients: ["idp:robot"], connections: [notes, masked, gone${names.map((name) => `, ${name}`).join('')}], level: use }
  - { groups: ["idp:readers"], connections: [notes], level: use }
rules:
  - { name: hold-deletes, when: 'method == "tools/call" && name.startsWith("delete_")', then: hold }
`;

async function configText(issuer: FakeIssuer, server: FakeMcpServer, port: number, options: Options): Promise<string> {
  const connection = (name: string, url: string): string => `  ${name}:
    upstream: { type: http, url: "${url}" }
    credential: { type: bearer, secret: env:UPSTREAM_CREDENTIAL }
`;
  return `version: 1
deployment: test
server: { listen: 127.0.0.1:${port} }
issuers:
  idp: { preset: okta, issuer: "${issuer.url}", audiences: ["${AUDIENCE}"], apiAudience: "${API_AUDIENCE}"${options.signIn === undefined ? '' : ', signIn: { clientId: gatebook }'} }
${options.signIn === undefined ? '' : `signIn: ${JSON.stringify(options.signIn)}\n`}roles: { admin: ["idp:admins"], auditor: ["idp:auditors"], approver: ["idp:approvers"], breakGlass: ["idp:on-call"] }
connections:
${connection('notes', server.url)}${options.budget === undefined ? '' : `    budget: ${JSON.stringify(options.budget)}\n`}${connection('masked', server.url)}${connection('private', server.url)}${connection('gone', `http://127.0.0.1:${await freePort()}/mcp`)}${options.connections?.yaml ?? ''}${options.policy ?? defaultPolicy(options.connections?.names ?? [])}masking: { inline: { detectors: [SECRET], connections: [masked] } }
limits: ${JSON.stringify({ approvalHoldMs: 0, ...options.limits })}
`;
}

const read = (
  folder: string,
  text: string,
  env: Readonly<Record<string, string>> = {},
  files: Options['files'] = {},
): Result<LoadedConfig, readonly ConfigProblem[]> =>
  loadConfig({
    file: join(folder, 'gatebook.yaml'),
    text,
    env: { UPSTREAM_CREDENTIAL: CREDENTIAL, ...env },
    readFile: (path) => {
      const file = files[path];
      if (file === undefined) throw new Error('no such file here');
      return file;
    },
  });

function load(folder: string, text: string, files: Options['files']): LoadedConfig {
  const loaded = read(folder, text, {}, files);
  if (!loaded.ok)
    throw new Error(loaded.error.map((problem) => `${problem.line}:${problem.path}: ${problem.message}`).join('\n'));
  return loaded.value;
}

export async function readRecords(loaded: LoadedConfig): Promise<readonly TestRecord[]> {
  const places = dataPlaces(loaded);
  const keys = await openKeyReader({ disk: nodeDisk, dir: places.keys });
  if (!keys.ok) throw new Error(keys.error.message);
  const reader = createLedgerReader({ disk: nodeDisk, dir: places.ledger, origin: places.origin, keys: keys.value });
  const records: TestRecord[] = [];
  for (let from = LOG_START; ;) {
    const page = await reader.read(from, 1_000);
    if (!page.ok) throw new Error(`${page.error.file} at ${page.error.offset}: ${page.error.message}`);
    if (page.value.records.length === 0) return records;
    for (const { leaf, header, payload } of page.value.records) {
      records.push({ leaf, payload, header: header === null ? undefined : (JSON.parse(header) as RecordHeader) });
    }
    from = page.value.next;
  }
}

function headersFor(token: string, changes: HeaderChanges): Headers {
  const headers = new Headers({
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  });
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  return headers;
}

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};

async function openStream(url: string, init: RequestInit): Promise<OpenStream> {
  const cancel = new AbortController();
  let text = '';
  const ended = (async (): Promise<string> => {
    const response = await fetch(url, { ...init, signal: cancel.signal });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
    return text;
  })();
  ended.catch(() => undefined);
  return { received: () => text, ended: () => ended, cancel: () => cancel.abort() };
}

/** What outlives a gateway: its data directory, the issuer and the server; and how to stop the gateways among them. */
type Surroundings = {
  /** Of the gateway: its own URL stays the same when it is started again. */
  readonly port: number;
  readonly folder: string;
  readonly issuer: FakeIssuer;
  readonly server: FakeMcpServer;
  readonly stops: (() => Promise<void>)[];
};

async function surround(t: TestContext): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-e2e-'));
  const [issuer, server, port] = await Promise.all([startFakeIssuer(), startFakeMcpServer(), freePort()]);
  const stops: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const stop of stops) await stop();
    await Promise.all([issuer.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, issuer, server, port, stops };
}

export async function startTestGateway(
  t: TestContext,
  options: Options = {},
  kept?: Surroundings,
): Promise<TestGateway> {
  const surroundings = kept ?? (await surround(t));
  const { folder, issuer, server, port } = surroundings;
  let composed: ComposedGateway | undefined;
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await composed?.stop();
  };
  // Before anything can fail: what is left open would keep the test's process alive.
  surroundings.stops.push(stop);
  let config = await configText(issuer, server, port, options);
  const loaded = load(folder, config, options.files);
  const lines: string[] = [];
  const line = (...words: readonly unknown[]): void =>
    void lines.push(words.map((word) => (word instanceof Error ? word.stack : JSON.stringify(word))).join(' '));
  const log = { debug: line, info: line, warn: line, error: line };
  const made = await composeGateway({
    loaded,
    disk: options.disk ?? nodeDisk,
    log,
    env: { PATH: process.env['PATH'] },
    ...(options.documentNetwork === undefined ? {} : { documentNetwork: options.documentNetwork }),
  });
  if (!made.ok) throw new Error(made.error.message);
  const running = made.value;
  composed = running;
  await new Promise<void>((resolve) => running.server.listen(port, '127.0.0.1', resolve));

  const origin = `http://127.0.0.1:${port}`;
  const url = (connection: string): string => `${origin}/mcp/${connection}`;
  const token = (claims: Readonly<Record<string, unknown>> = {}): Promise<string> =>
    issuer.sign({ ver: 1, aud: AUDIENCE, cid: 'robot', sub: 'robot', scp: ['mcp'], ...claims });
  const defaultToken = await token();
  const apiToken: TestGateway['apiToken'] = (groups, claims = {}) =>
    issuer.sign({
      ver: 1,
      aud: API_AUDIENCE,
      cid: 'console',
      sub: 'ida@example.com',
      uid: '00uida',
      groups,
      ...claims,
    });
  const auditorToken = await apiToken(['auditors']);
  const records = (): Promise<readonly TestRecord[]> => readRecords(loaded);

  return {
    origin,
    issuer,
    server,
    composed: running,
    dataDir: loaded.config.data,
    url,
    token,
    apiToken,
    async api(path, asked = auditorToken) {
      const response = await fetch(`${origin}${path}`, {
        headers: asked === '' ? {} : { authorization: `Bearer ${asked}` },
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: parsed(text) };
    },
    async post(connection, body, changes = {}) {
      const response = await fetch(url(connection), {
        method: 'POST',
        headers: headersFor(defaultToken, changes),
        body: typeof body === 'string' ? body : new Uint8Array(body),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: parsed(text) };
    },
    open: (connection, body, changes = {}) =>
      openStream(url(connection), { method: 'POST', headers: headersFor(defaultToken, changes), body }),
    records,
    async recordWhere(matches) {
      for (let turn = 0; turn < 500; turn += 1) {
        const found = (await records()).findLast(matches);
        if (found !== undefined) return found;
        await new Promise((next) => {
          setTimeout(next, 10);
        });
      }
      throw new Error('no such record');
    },
    flushRefusals() {
      running.gateway.refusals.flush(true);
      running.gateway.throttles.flush(true);
    },
    reload: (change, env) => {
      config = change(config);
      return running.reload(() => read(folder, config, env, options.files));
    },
    log: () => lines.join('\n'),
    stop,
    async restart(changes = {}) {
      await stop();
      return startTestGateway(t, { ...options, ...changes }, surroundings);
    },
  };
}
