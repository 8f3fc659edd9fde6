/**
 * kill -9 of a real gateway process under load, again and again on the same book. After each kill: everything a caller was
 * answered has its intent and its result, everything the server was sent has its intent, and the book verifies.
 * `kill -9` leaves the page cache alone, so it tests recovery, not syncs; the power cuts are tested on a fake disk.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeyReader } from '#ledger/open-keys.ts';
import { createLedgerReader, LOG_START } from '#ledger/reader.ts';
import { verifyShard } from '#ledger/verify/verify-shard.ts';
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

function serve(config: string): ChildProcess {
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

async function ready(origin: string, gateway: ChildProcess): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < 30_000) {
    if (gateway.exitCode !== null) throw new Error(`the gateway ended with ${gateway.exitCode}`);
    const isReady = await fetch(`${origin}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return performance.now() - started;
    await new Promise((wake) => {
      setTimeout(wake, 5);
    });
  }
  throw new Error('the gateway did not become ready');
}

/** The numbers of the calls in the book: of intents, and of results that hold the answer. */
async function numbersInBook(
  data: string,
): Promise<{ readonly intents: Set<number>; readonly results: Set<number>; readonly orphans: number }> {
  const keys = await openKeyReader({ disk: nodeDisk, dir: join(data, 'keys') });
  if (!keys.ok) throw new Error(keys.error.message);
  const reader = createLedgerReader({
    disk: nodeDisk,
    dir: join(data, 'ledger', 'a'),
    origin: 'kill/a',
    keys: keys.value,
  });
  const found = { intents: new Set<number>(), results: new Set<number>(), orphans: 0 };
  for (let from = LOG_START; ;) {
    const page = await reader.read(from, 1_000);
    if (!page.ok) throw new Error(page.error.message);
    if (page.value.records.length === 0) return found;
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

export async function killRounds(rounds: number, seed: number): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-kill-'));
  const [issuer, server, port] = await Promise.all([startFakeIssuer(), startFakeMcpServer(), freePort()]);
  server.answering = answerWith({ content: [{ type: 'text', text: 'done' }] });
  const origin = `http://127.0.0.1:${port}`;
  const config = join(folder, 'gatebook.yaml');
  writeFileSync(
    config,
    `version: 1
deployment: kill
server: { listen: 127.0.0.1:${port} }
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
    await ready(origin, gateway);
    for (let round = 0; round < rounds; round += 1) {
      const agent = new Agent({ connections: IN_FLIGHT });
      const running = new AbortController();
      const worker = async (): Promise<void> => {
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
      const workers = Array.from({ length: IN_FLIGHT }, worker);
      // Linear congruential, so that a failing run can be repeated: 50 to 450 ms of load.
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
      await new Promise((wake) => {
        setTimeout(wake, 50 + (random % 400));
      });
      const ended = new Promise((resolve) => gateway.once('exit', resolve));
      gateway.kill('SIGKILL');
      await ended;
      running.abort();
      await Promise.all(workers);
      await agent.close();
      gateway = serve(config);
      restartMs.push(Math.round(await ready(origin, gateway)));
    }
    const stopped = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.kill('SIGTERM');
    const code = await stopped;
    if (code !== 0) faults.push(`the last stop ended with ${String(code)}`);
    const report = await verifyShard({
      dir: join(data, 'ledger', 'a'),
      vkey: readFileSync(join(data, 'ledger', 'a', 'log.vkey'), 'utf8'),
      keysDir: join(data, 'keys'),
    });
    if (report.fault !== undefined && report.fault !== null)
      faults.push(`${report.fault.file} at ${report.fault.offset}: ${report.fault.what}`);
    const book = await numbersInBook(data);
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
    if (gateway.exitCode === null && gateway.signalCode === null) {
      const ended = new Promise((resolve) => gateway.once('exit', resolve));
      gateway.kill('SIGKILL');
      await ended;
    }
    await Promise.all([issuer.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
