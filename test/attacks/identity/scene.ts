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
import type { LoadedConfig } from '#config/load.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { ownHeader } from '#masking/own-words.ts';
import { freePort } from '../../e2e/harness.ts';
import type { TestRecord } from '../../e2e/harness.ts';
import { createManualClock } from '../../fakes/identity.ts';
import type { ManualClock } from '../../fakes/identity.ts';
import { startFakeMcpServer } from '../../fakes/mcp-server.ts';
import { createCrafts } from './crafts.ts';
import type { Crafts } from './crafts.ts';
import { createRecordLog } from './record-log.ts';
import type { RecordLog } from './record-log.ts';
import { requestText } from './request-text.ts';
import type { RequestParts } from './request-text.ts';
import { configText, loadText, startIssuers } from './scene-config.ts';
import type { IssuerName, Issuers, SceneOptions } from './scene-config.ts';
import { exchange } from './wire.ts';
import type { Reply } from './wire.ts';

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
  /** Waits until it holds; after two seconds it is an error. */
  until(what: string, holds: () => boolean): Promise<void>;
  /** A usual call with this token. */
  show(token: string, connection?: string): Promise<Reply>;
  showFromElsewhere(token: string): Promise<Reply>;
  /** Calls on their way inside the gateway. */
  waiting(): number;
  /** What an honest client sends before the attack, from elsewhere; must be let through. */
  prime(token: string, connection?: string): Promise<void>;
  /** Names something that must not be found in any record, log line or answer. */
  keepSecret(...texts: readonly string[]): void;
  /** Lets this issuer be asked once more, by moving time, and waits until that was done. */
  refresh(issuer: IssuerName, afterMs: number): Promise<void>;
  /** What the gateway logged during the attack. */
  log(): string;
  stop(): Promise<void>;
  /** With the same data; rejects when the gateway does not start. */
  start(): Promise<void>;
  begin(source: string): Promise<void>;
  outcome(isEnough: (records: readonly TestRecord[]) => boolean): Promise<Outcome>;
  close(): Promise<void>;
};

/** Where the honest calls of `prime` come from. */
export const ELSEWHERE = '192.0.2.1';

/** The parts of a token that name it: payload and signature. A header is the same for many. */
const distinctive = (token: string): readonly string[] =>
  [token, ...token.split('.').slice(1)].filter((part) => part.length >= 24);

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 2) {
    if (waitedMs > 2_000) throw new Error(`not within two seconds: ${what}`);
    await new Promise((next) => {
      setTimeout(next, 2);
    });
  }
}

/** Lines of the gateway's own log. */
function createLines() {
  const lines: string[] = [];
  const line = (...words: readonly unknown[]): void =>
    void lines.push(words.map((word) => (word instanceof Error ? word.stack : JSON.stringify(word))).join(' '));
  return { lines, log: { debug: line, info: line, warn: line, error: line } };
}

/** A gateway that can be stopped and started again with the same data. */
function createRestartable(
  loaded: LoadedConfig,
  port: number,
  parts: Pick<Parameters<typeof composeGateway>[0], 'log' | 'identityClock'>,
) {
  let running: ComposedGateway | undefined;
  return {
    composed: (): ComposedGateway => {
      if (running === undefined) throw new Error('the gateway is not running');
      return running;
    },
    start: async (): Promise<void> => {
      const made = await composeGateway({ loaded, disk: nodeDisk, env: {}, ...parts });
      if (!made.ok) throw new Error(made.error.message);
      running = made.value;
      await new Promise<void>((resolve) => made.value.server.listen(port, '127.0.0.1', resolve));
    },
    stop: async (): Promise<void> => {
      await running?.stop();
      running = undefined;
    },
  };
}

/** A record behind all refusals so far: once it is there, they are too. */
async function fence({ gateway, ledger }: ComposedGateway, records: RecordLog): Promise<readonly TestRecord[]> {
  gateway.refusals.flush(true);
  const call = gateway.newId();
  const taken = ledger.appendUnwaited({
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
}

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-attack-'));
  const [issuers, server, port] = await Promise.all([startIssuers(), startFakeMcpServer(), freePort()]);
  // Half a second into a second, so that whole seconds are crossed only where an attack says so.
  const clock = createManualClock(Math.floor(Date.now() / 1_000) * 1_000 + 500);
  const loaded = loadText(folder, configText(issuers, server.url, port, options));
  const { lines, log } = createLines();
  const records = createRecordLog(loaded);
  const gateway = createRestartable(loaded, port, { log, identityClock: clock });
  const { start, stop, composed } = gateway;

  let source = ELSEWHERE;
  let secrets: string[] = [];
  let replies: string[] = [];
  let before = { seen: 0, lines: 0, records: 0 };
  const textFrom = (from: string, parts: RequestParts): string =>
    requestText(parts, options.trustsProxy === false ? undefined : from);
  const keepSecret = (...texts: readonly string[]): void => void secrets.push(...texts);
  const send = async (...bytes: readonly (string | Buffer)[]): Promise<Reply> => {
    const reply = await exchange(port, bytes);
    replies.push(`${[...reply.headers].join('\n')}\n${reply.text}`);
    return reply;
  };

  const scene: Scene = {
    craft: createCrafts(issuers, () => Math.floor(clock.nowMs() / 1_000)),
    issuers,
    clock,
    dataDir: loaded.config.data,
    port,
    get source() {
      return source;
    },
    request: (parts) => textFrom(source, parts),
    send,
    keepSecret,
    until,
    start,
    stop,
    log: () => lines.slice(before.lines).join('\n'),
    waiting: () => composed().gateway.admission.inFlight(),
    show(token, connection = 'notes') {
      keepSecret(...distinctive(token));
      return send(textFrom(source, { token, connection }));
    },
    showFromElsewhere: (token) => exchange(port, [textFrom(ELSEWHERE, { token })]),
    async prime(token, connection = 'notes') {
      keepSecret(...distinctive(token));
      const reply = await exchange(port, [textFrom(ELSEWHERE, { token, connection })]);
      if (reply.status !== 200) throw new Error(`the honest call before the attack got ${reply.status}: ${reply.text}`);
      before = { ...before, seen: server.seen.length };
    },
    async refresh(issuer, afterMs) {
      const told = (): number =>
        lines.filter((text) => text.includes(`"issuer":"${issuer}"`) && text.includes('refresh')).length;
      const toldBefore = told();
      clock.advance(afterMs);
      await until('the issuer was asked', () => told() > toldBefore);
    },
    async begin(from) {
      source = from;
      secrets = [];
      replies = [];
      const { length } = await fence(composed(), records);
      before = { seen: server.seen.length, lines: lines.length, records: length };
    },
    async outcome(isEnough) {
      await fence(composed(), records);
      const fresh = (await records.until((all) => isEnough(all.slice(before.records)))).slice(before.records);
      const stored = fresh.map(({ header, payload }) => `${JSON.stringify(header)}${payload?.toString() ?? ''}`);
      return {
        records: fresh,
        reached: server.seen.length - before.seen,
        written: [...stored, ...lines.slice(before.lines), ...replies].join('\n'),
        secrets,
      };
    },
    async close() {
      await stop();
      await Promise.all([server.close(), ...Object.values(issuers).map((issuer) => issuer.close())]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await start().catch(async (error: unknown) => {
    await scene.close();
    throw error;
  });
  return scene;
}
