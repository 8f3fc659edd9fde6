/**
 * Where an attack happens: a whole gateway in this process with four issuers of three kinds, its ledger on the real
 * disk, its HTTP on loopback; only the time of tokens and keys is moved by hand. Remembers what was sent and tells what
 * came of it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeGateway } from '#bin/compose.ts';
import type { ComposedGateway } from '#bin/compose.ts';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/load.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { ownHeader } from '#masking/own-words.ts';
import { CREDENTIAL, freePort, toolCall } from '../../e2e/harness.ts';
import type { TestRecord } from '../../e2e/harness.ts';
import { createManualClock } from '../../fakes/identity.ts';
import type { ManualClock } from '../../fakes/identity.ts';
import { startFakeIssuer } from '../../fakes/issuer.ts';
import type { FakeIssuer } from '../../fakes/issuer.ts';
import { startFakeMcpServer } from '../../fakes/mcp-server.ts';
import { API_AUDIENCE, AUDIENCE, createCrafts, jwkOf, KEYS, PUBLISHED } from './crafts.ts';
import type { Crafts } from './crafts.ts';
import { createRecordLog } from './record-log.ts';
import { exchange } from './wire.ts';
import type { Reply } from './wire.ts';

export type IssuerName = 'okta' | 'entra' | 'idp' | 'twin';
type Issuers = Readonly<Record<IssuerName, FakeIssuer>>;

export type SceneOptions = {
  /** Whether the peer 127.0.0.1 is a trusted proxy, which gives each attack an address of its own. Default true. */
  readonly trustsProxy?: boolean;
  /** Runs before the gateway first starts. */
  readonly before?: (issuers: Issuers) => void;
};

type HeaderLine = readonly [name: string, value: string];
export type RequestParts = {
  readonly token?: string;
  readonly connection?: string;
  readonly method?: string;
  /** After the path of the connection. */
  readonly query?: string;
  /** All header lines instead of the usual ones; `Host` and `Connection: close` come by themselves. */
  readonly lines?: readonly HeaderLine[];
  readonly more?: readonly HeaderLine[];
  readonly body?: string;
  readonly version?: string;
};

export type Outcome = {
  readonly records: readonly TestRecord[];
  /** Requests the MCP server got from the attack. */
  readonly reached: number;
  /** Everything written anywhere during the attack, as text. */
  readonly written: string;
  /** What must be nowhere. */
  readonly secrets: readonly string[];
};

export type Scene = {
  readonly craft: Crafts;
  readonly issuers: Issuers;
  readonly clock: ManualClock;
  readonly dataDir: string;
  /** The address this attack comes from, as its trusted proxy says. */
  readonly source: string;
  readonly port: number;
  /** Bytes of a request, as a client that knows what it does would send it. */
  request(parts: RequestParts): string;
  send(...bytes: readonly (string | Buffer)[]): Promise<Reply>;
  /** A usual call with this token. */
  show(token: string, connection?: string): Promise<Reply>;
  /** What an honest client sends before the attack, from elsewhere; must be let through. */
  prime(token: string, connection?: string): Promise<void>;
  /** Names something that must not be found in any record, log line or answer. */
  keepSecret(...texts: readonly string[]): void;
  /** Stops the gateway and starts it again with the same data. */
  restart(): Promise<void>;
  begin(source: string): Promise<void>;
  outcome(isEnough: (records: readonly TestRecord[]) => boolean): Promise<Outcome>;
  close(): Promise<void>;
};

/** Where the honest calls of `prime` come from. */
const ELSEWHERE = '192.0.2.1';
const BODY = JSON.stringify(toolCall('get_note', { note: 'a' }));

function configText(issuers: Issuers, serverUrl: string, port: number, options: SceneOptions): string {
  const issuer = (name: IssuerName, preset: string): string =>
    `  ${name}: { preset: ${preset}, issuer: "${issuers[name].url}", audiences: ["${AUDIENCE}"], apiAudience: "${API_AUDIENCE}" }\n`;
  const connection = (name: string, more = ''): string => `  ${name}:
    upstream: { type: http, url: "${serverUrl}" }
    credential: { type: bearer, secret: env:UPSTREAM_CREDENTIAL }\n${more}`;
  const proxies = options.trustsProxy === false ? '' : ', trustedProxies: ["127.0.0.1", "10.0.0.0/8"]';
  return `version: 1
deployment: attacks
server: { listen: "127.0.0.1:${port}", publicUrl: "${AUDIENCE}"${proxies} }
issuers:
${issuer('okta', 'okta')}${issuer('entra', 'entra')}${issuer('idp', 'generic')}${issuer('twin', 'generic')}connections:
${connection('notes')}${connection('other', '    audiences: ["https://other.test"]\n')}${connection('private')}levels:
  use: { allow: ["*"] }
grants:
  - { groups: ["idp:readers", "okta:readers", "entra:readers", "idp:caf\u00e9"], connections: [notes, other], level: use }
  - { clients: ["idp:robot", "okta:0oa-robot", "entra:app-robot"], connections: [notes, other], level: use }
  - { subjects: ["okta:00u-ada", "entra:oid-ada", "idp:ada"], connections: [private], level: use }
`;
}

function load(folder: string, text: string): LoadedConfig {
  const loaded = loadConfig({
    file: join(folder, 'gatebook.yaml'),
    text,
    env: { UPSTREAM_CREDENTIAL: CREDENTIAL },
    readFile: () => {
      throw new Error('no secret files here');
    },
  });
  if (!loaded.ok) throw new Error(loaded.error.map((problem) => `${problem.line}: ${problem.message}`).join('\n'));
  return loaded.value;
}

async function startIssuers(): Promise<Issuers> {
  const [okta, entra, idp, twin] = await Promise.all([
    startFakeIssuer(),
    startFakeIssuer(),
    startFakeIssuer({ algorithm: 'ES256' }),
    startFakeIssuer({ algorithm: 'ES256' }),
  ]);
  okta.extraKeys = [jwkOf(KEYS.okta, 'okta')];
  entra.extraKeys = [jwkOf(KEYS.entra, 'entra')];
  idp.extraKeys = PUBLISHED;
  twin.extraKeys = [jwkOf(KEYS.twin, 'twin'), jwkOf(KEYS.attacker, 'twin-rsa')];
  return { okta, entra, idp, twin };
}

function requestText(parts: RequestParts, source: string, trustsProxy: boolean): string {
  const { token, connection = 'notes', method = 'POST', query = '', body = BODY, version = '1.1', more = [] } = parts;
  const usual: HeaderLine[] = [
    ...(token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]),
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json, text/event-stream'],
    ['Content-Length', String(Buffer.byteLength(body))],
  ];
  const forwarded: HeaderLine[] = trustsProxy ? [['X-Forwarded-For', source]] : [];
  const lines = [['Host', 'gateway.test'], ['Connection', 'close'], ...forwarded, ...(parts.lines ?? usual), ...more];
  return `${method} /mcp/${connection}${query} HTTP/${version}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/** The parts of a token that name it: payload and signature. A header is the same for many. */
const distinctive = (token: string): readonly string[] =>
  [token, ...token.split('.').slice(1)].filter((part) => part.length >= 24);

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-attack-'));
  const trustsProxy = options.trustsProxy !== false;
  const [issuers, server, port] = await Promise.all([startIssuers(), startFakeMcpServer(), freePort()]);
  options.before?.(issuers);
  // Half a second into a second, so that whole seconds are crossed only where an attack says so.
  const clock = createManualClock(Math.floor(Date.now() / 1_000) * 1_000 + 500);
  const urls = Object.fromEntries(Object.entries(issuers).map(([name, { url }]) => [name, url]));
  const lines: string[] = [];
  const line = (...words: readonly unknown[]): void =>
    void lines.push(words.map((word) => (word instanceof Error ? word.stack : JSON.stringify(word))).join(' '));
  const log = { debug: line, info: line, warn: line, error: line };
  const loaded = load(folder, configText(issuers, server.url, port, options));
  const records = createRecordLog(loaded);

  let running: ComposedGateway | undefined;
  const composed = (): ComposedGateway => {
    if (running === undefined) throw new Error('the gateway is not running');
    return running;
  };
  const start = async (): Promise<void> => {
    const made = await composeGateway({ loaded, disk: nodeDisk, log, env: {}, identityClock: clock });
    if (!made.ok) throw new Error(made.error.message);
    running = made.value;
    await new Promise<void>((resolve) => made.value.server.listen(port, '127.0.0.1', resolve));
  };
  const stop = async (): Promise<void> => {
    await running?.stop();
    running = undefined;
  };
  let source = ELSEWHERE;
  let secrets: string[] = [];
  let replies: string[] = [];
  let [seenBefore, linesBefore, recordsBefore] = [0, 0, 0];

  const send = async (...bytes: readonly (string | Buffer)[]): Promise<Reply> => {
    const reply = await exchange(port, bytes);
    replies.push(`${[...reply.headers].join('\n')}\n${reply.text}`);
    return reply;
  };
  /** A record behind all refusals so far: once it is there, they are too. */
  const fence = async (): Promise<readonly TestRecord[]> => {
    composed().gateway.refusals.flush(true);
    const call = composed().gateway.newId();
    const taken = composed().ledger.appendUnwaited({
      kind: 'control',
      call,
      ref: null,
      st: 'fence',
      header: ownHeader({}),
      payload: null,
      mask: { n: 0 },
      pol: null,
      subject: 'gatebook\nstrangers',
    });
    if (!taken) throw new Error('the ledger took no fence');
    return records.until((all) => all.some(({ leaf }) => leaf.call === call));
  };

  const scene: Scene = {
    craft: createCrafts(urls as Record<IssuerName, string>, () => Math.floor(clock.nowMs() / 1_000)),
    issuers,
    clock,
    dataDir: loaded.config.data,
    get source() {
      return source;
    },
    port,
    request: (parts) => requestText(parts, source, trustsProxy),
    send,
    show(token, connection = 'notes') {
      scene.keepSecret(...distinctive(token));
      return send(requestText({ token, connection }, source, trustsProxy));
    },
    async prime(token, connection = 'notes') {
      scene.keepSecret(...distinctive(token));
      const reply = await exchange(port, [requestText({ token, connection }, ELSEWHERE, trustsProxy)]);
      if (reply.status !== 200) throw new Error(`the honest call before the attack got ${reply.status}: ${reply.text}`);
      seenBefore = server.seen.length;
    },
    keepSecret: (...texts) => void secrets.push(...texts),
    async restart() {
      await stop();
      await start();
    },
    async begin(from) {
      source = from;
      secrets = [];
      replies = [];
      [seenBefore, linesBefore, recordsBefore] = [server.seen.length, lines.length, (await fence()).length];
    },
    async outcome(isEnough) {
      await fence();
      const all = await records.until((have) => isEnough(have.slice(recordsBefore)));
      const fresh = all.slice(recordsBefore);
      const stored = fresh.map(({ header, payload }) => `${JSON.stringify(header)}${payload?.toString() ?? ''}`);
      return {
        records: fresh,
        reached: server.seen.length - seenBefore,
        written: [...stored, ...lines.slice(linesBefore), ...replies].join('\n'),
        secrets,
      };
    },
    async close() {
      await stop();
      await Promise.all([server.close(), ...Object.values(issuers).map((issuer) => issuer.close())]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await start();
  } catch (error) {
    await scene.close();
    throw error;
  }
  return scene;
}
