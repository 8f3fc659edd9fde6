/**
 * kill -9 of a real gateway at random moments of asking, deciding, using and forwarding, again and again on the same data, now
 * and then with the state of an earlier moment put back. However often a call is made again afterwards, and by however many
 * at the same time: it goes up at most once for the one yes it was given, never without one, and always with its record.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeyReader } from '#ledger/open-keys.ts';
import { keysDirectory, ledgerDirectory, shardOfWorker } from '#ledger/places.ts';
import { createLedgerReader, LOG_START } from '#ledger/reader.ts';
import { verifyShard } from '#ledger/verify/verify-shard.ts';
import { freePort } from '../e2e/harness.ts';
import { startFakeIssuer } from '../fakes/issuer.ts';
import { answerWith, startFakeMcpServer } from '../fakes/mcp-server.ts';
import { killAll, ready, serve } from './kill-rounds.ts';

const AUDIENCE = 'https://kill.test';
const ACTORS = 6;
/** So many make the same call at the same time. */
const AT_ONCE = 3;
/** Enough for a call that is asked for, agreed to and made again. */
const TURNS_MAX = 60;
const TRIES_MAX = 12;
const EARLIER_STATES = 3;
const STATE_FILES = ['', '-wal', '-shm'];

export type ApprovalKillReport = {
  readonly runs: number;
  /** Calls that were asked for, and those somebody said yes to, as far as the deciding side knows. */
  readonly asked: number;
  readonly agreed: number;
  readonly sent: number;
  /** How often an earlier state was put back. */
  readonly putBack: number;
  /** Numbers of calls that went up more than once, without a yes, and without a record. */
  readonly twice: readonly number[];
  readonly unagreed: readonly number[];
  readonly unrecorded: readonly number[];
  /** Approvals that more than one record of a call names. */
  readonly usedTwice: readonly string[];
  readonly faults: readonly string[];
};

type Case = {
  readonly id: number;
  agrees: boolean;
  approval: string | undefined;
  decisionSent: boolean;
  tries: number;
};

/** Linear congruential, so that a failing run can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(state / 65_536) % below;
  };
}

const configOf = (port: number, issuer: string, server: string, workers: number): string => `version: 1
deployment: kill
server: { listen: 127.0.0.1:${port}, workers: ${workers} }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuer}", audiences: ["${AUDIENCE}"], apiAudience: "${AUDIENCE}/api" } }
roles: { approver: ["idp:approvers"] }
connections: { tools: { upstream: { type: http, url: "${server}" } } }
levels: { use: { allow: ["tools/call:*"] } }
grants: [{ clients: ["idp:robot"], connections: [tools], level: use }]
rules: [{ name: hold-all, when: 'name == "work"', then: hold, approvers: ["idp:approvers"] }]
limits: { approvalHoldMs: 300, approvalsPerCaller: 10000, approvals: 10000 }
`;

type Site = {
  readonly origin: string;
  readonly agent: Agent;
  readonly token: string;
  readonly apiToken: string;
};

/** What came of the call, or undefined when the gateway died over it. */
async function posted({ origin, agent, token }: Site, id: number): Promise<string | undefined> {
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
        id: 1,
        method: 'tools/call',
        params: { name: 'work', arguments: { id } },
      }),
    });
    return await response.body.text();
  } catch {
    return undefined;
  }
}

async function decide({ origin, agent, apiToken }: Site, one: Case): Promise<void> {
  one.decisionSent = true;
  try {
    const response = await request(`${origin}/api/v1/approvals/${one.approval}/decision`, {
      dispatcher: agent,
      method: 'POST',
      headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ decision: one.agrees ? 'approve' : 'deny' }),
    });
    await response.body.text();
  } catch {
    // Killed in between: whether it was taken is for the book to say.
  }
}

/** Makes the call, has it decided once, and makes it again and again; never decides anything else. */
async function act(site: Site, one: Case): Promise<void> {
  one.tries += 1;
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => posted(site, one.id)));
  const named = answers.flatMap((text) => /apr_[a-z2-7]{26}/.exec(text ?? '') ?? [])[0];
  one.approval ??= named;
  if (one.approval !== undefined && !one.decisionSent) {
    // While one waits for it, or while nobody does, so that a yes is there for a while before it is used.
    await Promise.all(one.id % 2 === 0 ? [decide(site, one)] : [decide(site, one), posted(site, one.id)]);
  }
}

type Book = { readonly ids: Set<number>; readonly uses: Map<string, number> };

async function addUses(data: string, shard: string, found: Book): Promise<void> {
  const master = readFileSync(join(data, 'keys', 'master.key'), 'utf8').trim();
  const keys = await openKeyReader({ disk: nodeDisk, dir: keysDirectory(data, shard, 'a'), masterKey: master });
  if (!keys.ok) throw new Error(keys.error.message);
  const dir = ledgerDirectory(data, shard);
  const reader = createLedgerReader({ disk: nodeDisk, dir, origin: `kill/${shard}`, keys: keys.value });
  for (let from = LOG_START; ;) {
    const page = await reader.read(from, 1_000);
    if (!page.ok) throw new Error(page.error.message);
    if (page.value.records.length === 0) return;
    for (const { leaf, header, payload } of page.value.records) {
      if (leaf.kind !== 'intent') continue;
      const { params } = JSON.parse(String(payload)) as { params?: { arguments?: { id?: number } } };
      const id = params?.arguments?.id;
      if (id !== undefined) found.ids.add(id);
      const { decision } = JSON.parse(header ?? '{}') as { decision?: { approval?: string } };
      const approval = decision?.approval;
      if (approval !== undefined) found.uses.set(approval, (found.uses.get(approval) ?? 0) + 1);
    }
    from = page.value.next;
  }
}

export async function approvalKillRounds(runs: number, seed: number, workers = 1): Promise<ApprovalKillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-kill-'));
  const [issuer, server, port] = await Promise.all([startFakeIssuer(), startFakeMcpServer(), freePort()]);
  server.answering = answerWith({ content: [{ type: 'text', text: 'done' }] });
  const config = join(folder, 'gatebook.yaml');
  writeFileSync(config, configOf(port, issuer.url, server.url, workers));
  const data = join(folder, 'data');
  const state = join(data, 'state.db');
  const origin = `http://127.0.0.1:${port}`;
  const random = randomFrom(seed);
  const cases: Case[] = [];
  const faults: string[] = [];
  let [next, kept, putBack] = [0, 0, 0];

  const copyOf = (number: number): string => join(folder, `state-${number}`);
  /** Every file as the killed gateway left it. */
  const keepState = (): void => {
    for (const end of STATE_FILES) {
      rmSync(`${copyOf(kept % EARLIER_STATES)}${end}`, { force: true });
      if (existsSync(`${state}${end}`)) copyFileSync(`${state}${end}`, `${copyOf(kept % EARLIER_STATES)}${end}`);
    }
    kept += 1;
  };
  const putStateBack = (): void => {
    const last = kept - 1;
    const earlier = copyOf((last - 1 - random(Math.min(last, EARLIER_STATES - 1))) % EARLIER_STATES);
    for (const end of STATE_FILES) {
      rmSync(`${state}${end}`, { force: true });
      if (existsSync(`${earlier}${end}`)) copyFileSync(`${earlier}${end}`, `${state}${end}`);
    }
    putBack += 1;
  };
  const nextCase = (): Case => {
    const again = cases.filter(({ tries }) => tries < TRIES_MAX);
    if (again.length > ACTORS && random(3) > 0) return again[random(again.length)] ?? nextCase();
    const made: Case = { id: (next += 1), agrees: random(5) > 0, approval: undefined, decisionSent: false, tries: 0 };
    cases.push(made);
    return made;
  };
  const siteNow = async (): Promise<Site> => ({
    origin,
    agent: new Agent({ connections: ACTORS * (AT_ONCE + 2) }),
    token: await issuer.sign({ ver: 1, aud: AUDIENCE, cid: 'robot', sub: 'robot' }),
    apiToken: await issuer.sign({
      ver: 1,
      aud: `${AUDIENCE}/api`,
      cid: 'console',
      uid: 'lena',
      sub: 'lena',
      groups: ['approvers'],
    }),
  });

  const lastDecided = (): readonly Case[] => cases.filter(({ decisionSent }) => decisionSent).slice(-ACTORS * 4);
  let gateway = serve(config);
  try {
    await ready(origin, data, gateway);
    for (let run = 0; run < runs; run += 1) {
      const site = await siteNow();
      // What was given before the kill and not used yet, and what was used: all of it is tried again.
      await Promise.all(lastDecided().map(({ id }) => posted(site, id)));
      const running = new AbortController();
      const actors = Array.from({ length: ACTORS }, async () => {
        while (!running.signal.aborted) await act(site, nextCase());
      });
      await new Promise((wake) => {
        setTimeout(wake, 30 + random(1_200));
      });
      await killAll(gateway);
      running.abort();
      await Promise.all(actors);
      await site.agent.close();
      keepState();
      if (kept > 1 && random(2) === 0) putStateBack();
      gateway = serve(config);
      await ready(origin, data, gateway);
    }
    // What was given and not used may be used now, and nothing else.
    const site = await siteNow();
    await Promise.all(lastDecided().map(({ id }) => posted(site, id)));
    // On a machine with much else to do every kill may have come before the first yes.
    for (let turn = 0; turn < TURNS_MAX && server.seen.length === 0; turn += 1) await act(site, nextCase());
    await site.agent.close();
    const stopped = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.kill('SIGTERM');
    const code = await stopped;
    if (code !== 0) faults.push(`the last stop ended with ${String(code)}`);

    const book: Book = { ids: new Set(), uses: new Map() };
    for (let number = 1; number <= workers; number += 1) {
      const shard = shardOfWorker('a', number);
      const dir = ledgerDirectory(data, shard);
      const vkey = readFileSync(join(dir, 'log.vkey'), 'utf8');
      const { fault } = await verifyShard({ dir, vkey, keysDir: keysDirectory(data, shard, 'a') });
      if (fault !== null) faults.push(`${shard}: record ${fault.record}: ${fault.what}`);
      await addUses(data, shard, book);
    }
    const sent = server.seen.flatMap(({ body }) => {
      const { params } = JSON.parse(body) as { params?: { arguments?: { id?: number } } };
      return params?.arguments?.id ?? [];
    });
    const mayBeSent = new Set(cases.filter(({ agrees, decisionSent }) => agrees && decisionSent).map(({ id }) => id));
    return {
      runs,
      asked: cases.filter(({ approval }) => approval !== undefined).length,
      agreed: mayBeSent.size,
      sent: sent.length,
      putBack,
      twice: sent.filter((id, at) => sent.indexOf(id) !== at),
      unagreed: sent.filter((id) => !mayBeSent.has(id)),
      unrecorded: sent.filter((id) => !book.ids.has(id)),
      usedTwice: [...book.uses].filter(([, uses]) => uses > 1).map(([id]) => id),
      faults,
    };
  } finally {
    if (gateway.exitCode === null && gateway.signalCode === null) await killAll(gateway);
    await Promise.all([issuer.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether anything in it must not be. */
export const isBroken = (report: ApprovalKillReport): boolean =>
  [report.twice, report.unagreed, report.unrecorded, report.usedTwice, report.faults].some((found) => found.length > 0);
