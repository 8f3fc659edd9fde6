/**
 * kill -9 of a real gateway process under load, again and again on the same book. After each kill: everything a caller was
 * answered has its intent and its result, everything the server was sent has its intent, and the book verifies.
 * `kill -9` leaves the page cache alone, so it tests recovery, not syncs; the power cuts are tested on a fake disk.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeyReader } from '#ledger/open-keys.ts';
import { createLedgerReader, LOG_START } from '#ledger/reader.ts';
import { verifyShard } from '#ledger/verify/verify-shard.ts';
import { keysDirectory, ledgerDirectory, shardOfWorker } from '#ledger/places.ts';
import { childrenOf } from '../bench/processes.ts';
import { freePort } from '../e2e/harness.ts';
import { startFakeIssuer } from '../fakes/issuer.ts';
import { answerWith, startFakeMcpServer } from '../fakes/mcp-server.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const AUDIENCE = 'https://kill.test';
const IN_FLIGHT = 16;

export type KillReport = {
  readonly rounds: number;
  readonly answered: number;
  readonly sent: number;
  /** Calls a caller was answered without intent or result in the book. */
  readonly lostAnswers: readonly number[];
  /** Calls the server was sent without an intent in the book. */
  readonly unrecordedCalls: readonly number[];
  readonly faults: readonly string[];
  readonly orphans: number;
  /** Milliseconds from exec to ready of each restart. */
  readonly restartMs: readonly number[];
};

export function serve(config: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(root, 'src/bin/gatebook.ts'),
      'serve',
      '--config',
      config,
      '--log-level',
      'error',
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}

const isWritten = (file: string, pid: number | undefined): boolean =>
  existsSync(file) && Number.parseInt(readFileSync(file, 'utf8'), 10) === pid;

/** Every worker serves when the gateway has left its process id. */
export async function ready(origin: string, data: string, gateway: ChildProcess): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < 30_000) {
    if (gateway.exitCode !== null) throw new Error(`the gateway ended with ${gateway.exitCode}`);
    const isReady = await fetch(`${origin}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady && isWritten(join(data, 'gateway.pid'), gateway.pid)) return performance.now() - started;
    await new Promise((wake) => {
      setTimeout(wake, 5);
    });
  }
  throw new Error('the gateway did not become ready');
}

/** Kills a gateway with all its workers, as a machine that dies does, and waits until each is gone. */
export async function killAll(gateway: ChildProcess): Promise<void> {
  const pids = [...childrenOf(gateway.pid ?? 0), gateway.pid ?? 0];
  const ended = new Promise((resolve) => gateway.once('exit', resolve));
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await ended;
  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  while (pids.some(isAlive)) {
    await new Promise((wake) => {
      setTimeout(wake, 5);
    });
  }
}

type Numbers = { readonly intents: Set<number>; readonly results: Set<number>; orphans: number };

/** Adds the numbers of the calls in the book of a shard: of intents, and of results that hold the answer. */
async function addNumbers(data: string, shard: string, found: Numbers): Promise<void> {
  const master = readFileSync(join(data, 'keys', 'master.key'), 'utf8').trim();
  const keys = await openKeyReader({ disk: nodeDisk, dir: keysDirectory(data, shard, 'a'), masterKey: master });
  if (!keys.ok) throw new Error(keys.error.message);
  const reader = createLedgerReader({
    disk: nodeDisk,
    dir: ledgerDirectory(data, shard),
    origin: `kill/${shard}`,
    keys: keys.value,
  });
  for (let from = LOG_START; ;) {
    const page = await reader.read(from, 1_000);
    if (!page.ok) throw new Error(page.error.message);
    if (page.value.records.length === 0) return;
    for (const { leaf, payload } of page.value.records) {
      if (leaf.kind === 'orphan') found.orphans += 1;
      const id = payload === null ? undefined : (JSON.parse(payload.toString()) as { id?: number }).id;
      if (id === undefined) continue;
      if (leaf.kind === 'intent') found.intents.add(id);
      if (leaf.kind === 'result') found.results.add(id);
    }
    from = page.value.next;
  }
}

export async function killRounds(rounds: number, seed: number, workers = 1): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-kill-'));
  const [issuer, server, port] = await Promise.all([startFakeIssuer(), startFakeMcpServer(), freePort()]);
  server.answering = answerWith({ content: [{ type: 'text', text: 'done' }] });
  const origin = `http://127.0.0.1:${port}`;
  const config = join(folder, 'gatebook.yaml');
  writeFileSync(
    config,
    `version: 1
deployment: kill
server: { listen: 127.0.0.1:${port}, workers: ${workers} }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuer.url}", audiences: ["${AUDIENCE}"] } }
connections: { tools: { upstream: { type: http, url: "${server.url}" } } }
levels: { use: { allow: ["tools/call:*"] } }
grants: [{ clients: ["idp:robot"], connections: [tools], level: use }]
`,
  );
  const data = join(folder, 'data');
  const token = await issuer.sign({ ver: 1, aud: AUDIENCE, cid: 'robot', sub: 'robot' });
  const answered: number[] = [];
  const faults: string[] = [];
  const restartMs: number[] = [];
  let next = 0;
  let random = seed;
  let gateway = serve(config);
  try {
    await ready(origin, data, gateway);
    for (let round = 0; round < rounds; round += 1) {
      const agent = new Agent({ connections: IN_FLIGHT });
      const running = new AbortController();
      const caller = async (): Promise<void> => {
        while (!running.signal.aborted) {
          const id = (next += 1);
          try {
            const response = await request(`${origin}/mcp/tools`, {
              dispatcher: agent,
              method: 'POST',
              headers: {
                authorization: `Bearer ${token}`,
                'content-type': 'application/json',
                accept: 'application/json, text/event-stream',
              },
              body: JSON.stringify({
                jsonrpc: '2.0',
                id,
                method: 'tools/call',
                params: { name: 'work', arguments: {} },
              }),
            });
            const text = await response.body.text();
            if (response.statusCode === 200 && text.includes('"result"')) answered.push(id);
          } catch {
            // The gateway was killed: this call was not acknowledged.
          }
        }
      };
      const callers = Array.from({ length: IN_FLIGHT }, caller);
      // Linear congruential, so that a failing run can be repeated: 50 to 450 ms of load.
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
      await new Promise((wake) => {
        setTimeout(wake, 50 + (random % 400));
      });
      await killAll(gateway);
      running.abort();
      await Promise.all(callers);
      await agent.close();
      gateway = serve(config);
      restartMs.push(Math.round(await ready(origin, data, gateway)));
    }
    const stopped = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.kill('SIGTERM');
    const code = await stopped;
    if (code !== 0) faults.push(`the last stop ended with ${String(code)}`);
    const book: Numbers = { intents: new Set(), results: new Set(), orphans: 0 };
    for (let number = 1; number <= workers; number += 1) {
      const shard = shardOfWorker('a', number);
      const dir = ledgerDirectory(data, shard);
      const vkey = readFileSync(join(dir, 'log.vkey'), 'utf8');
      const { fault } = await verifyShard({ dir, vkey, keysDir: keysDirectory(data, shard, 'a') });
      if (fault !== undefined && fault !== null)
        faults.push(`${shard}: ${fault.file} at ${fault.offset}: ${fault.what}`);
      await addNumbers(data, shard, book);
    }
    const sent = server.seen.map((seen) => Number(seen.message?.id));
    return {
      rounds,
      answered: answered.length,
      sent: sent.length,
      lostAnswers: answered.filter((id) => !book.intents.has(id) || !book.results.has(id)),
      unrecordedCalls: sent.filter((id) => !book.intents.has(id)),
      faults,
      orphans: book.orphans,
      restartMs,
    };
  } finally {
    if (gateway.exitCode === null && gateway.signalCode === null) await killAll(gateway);
    await Promise.all([issuer.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
