/**
 * CPU of one call by part, each alone on the main thread and warm: the same functions the pipeline calls, on the same
 * 2 KB answer as the benchmark of the whole. Microseconds per call, the median of several rounds.
 */
import { randomBytes } from 'node:crypto';
import { loadConfig } from '#config/load.ts';
import { policySettings } from '#config/policy-settings.ts';
import { createIdentity } from '#identity/identity.ts';
import { systemIdentityClock } from '#identity/clock.ts';
import { createEpochs } from '#identity/epochs.ts';
import { sealBlob } from '#ledger/blob.ts';
import { encodeLeaf } from '#ledger/leaf.ts';
import { leafHash, RightEdge } from '#ledger/merkle.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import { createSigner } from '#ledger/signer.ts';
import { createSecretKey } from 'node:crypto';
import { LIMITS } from '#limits.ts';
import { createMasker } from '#masking/masker.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import { createPolicy } from '#policy/policy.ts';
import { startFakeIssuer } from '../fakes/issuer.ts';
import { gatewayConfig, REQUEST_BODY } from './bench-config.ts';
import { ANSWER_BODY } from './bench-answer.ts';
import { openOwnTokenBench } from './own-token-parts.ts';

export type Part = { readonly part: string; readonly us: number; readonly budget: string };

const ROUNDS = 7;
const ROUND_MS = 120;
const ENDINGS = 50;

/** Median over rounds of the time one run takes, microseconds. */
function measure(run: () => unknown): number {
  for (let at = 0; at < 2_000; at += 1) run();
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    let runs = 0;
    while (performance.now() - started < ROUND_MS) for (let at = 0; at < 20; at += 1, runs += 1) run();
    return ((performance.now() - started) * 1_000) / runs;
  }).toSorted((a, b) => a - b);
  return rounds[ROUNDS >> 1] ?? Number.NaN;
}

function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function identityParts(): Promise<readonly Part[]> {
  const issuer = await startFakeIssuer();
  const audience = 'https://bench.example';
  const identity = createIdentity({
    issuers: [{ namespace: 'idp', preset: 'okta', issuer: issuer.url, audiences: [audience] }],
    fetch: (url, init) => fetch(url, init),
    clock: systemIdentityClock,
    keyCache: { read: async () => null, write: async () => undefined },
    epochs: createEpochs(LIMITS),
    limits: { ...LIMITS, tokenCacheEntries: 1_000 },
    log: { info: () => undefined, warn: () => undefined },
  });
  await identity.start();
  const sign = (jti: number): Promise<string> =>
    issuer.sign({ ver: 1, cid: 'bench-client', sub: 'bench-client', aud: audience, jti: String(jti) });
  const warm = await sign(0);
  must(await identity.verify(warm, []));
  const hit = measure(() => identity.verify(warm, []));
  // Each token once, so that none is in the cache.
  const tokens = await Promise.all(Array.from({ length: 1_500 }, (_, at) => sign(at + 1)));
  for (const token of tokens.slice(0, 500)) identity.verify(token, []);
  const started = performance.now();
  for (const token of tokens.slice(500)) identity.verify(token, []);
  const cold = performance.now() - started;
  await identity.close();
  await issuer.close();
  return [
    { part: 'token, cached', us: hit, budget: '≤ 5' },
    { part: 'token, cold RS256', us: cold, budget: '≤ 100' },
  ];
}

async function ownTokenParts(): Promise<readonly Part[]> {
  const bench = await openOwnTokenBench();
  try {
    const again = measure(bench.again);
    const started = performance.now();
    let firsts = 0;
    while (bench.first() !== undefined) firsts += 1;
    const first = ((performance.now() - started) * 1_000) / firsts;
    let after = 0;
    for (let at = 0; at < ENDINGS; at += 1) {
      await bench.endSomething();
      const ended = performance.now();
      bench.again();
      after += ((performance.now() - ended) * 1_000) / ENDINGS;
    }
    return [
      { part: 'token of our own, in memory and asked of the store', us: again, budget: '≤ 30' },
      { part: 'the same, first look, half of the people in 500 groups', us: first, budget: '' },
      { part: 'the same, the first time after something ended', us: after, budget: '' },
    ];
  } finally {
    await bench.close();
  }
}

function ledgerParts(header: string): readonly Part[] {
  const random = pooledRandom(systemRandom);
  const key = { day: 20_000, subject: randomBytes(8), key: createSecretKey(randomBytes(32)) };
  const payload = asStored(ANSWER_BODY);
  const seal = () => {
    const steps = sealBlob(
      { origin: 'bench/a', call: callId(random), kind: 'result' },
      Buffer.from(header),
      payload,
      key,
      random,
    );
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  };
  const blob = seal();
  const signer = createSigner('bench/a', randomBytes(32));
  const batch = 16;
  const edge = new RightEdge();
  const commit = measure(() => {
    for (let at = 0; at < batch; at += 1) {
      const leaf = {
        v: 1 as const,
        n: edge.size,
        t: Date.now(),
        kind: 'result' as const,
        call: 'a'.repeat(26),
        ref: 0,
        st: 'ok',
        mask: { n: 0 },
        pol: null,
      };
      edge.append(leafHash(Buffer.from(encodeLeaf({ ...leaf, hc: blob.hc, pc: blob.pc, bc: blob.bc }))));
    }
    signer.sign({ origin: 'bench/a', size: edge.size, root: edge.root() });
  });
  return [
    { part: 'ledger: commitments and blob, per record', us: measure(seal), budget: '≤ 30 with the next' },
    { part: 'ledger: leaf, tree, signature, per record of 16', us: commit / batch, budget: '≤ 12' },
  ];
}

const asStored = (bytes: Buffer) => must(masker.maskMessage(must(parseJson(bytes, LIMIT)), ANSWER)).stored;

const LIMIT = { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes };
const masker = createMasker({
  key: randomBytes(32),
  store: { operator: 'token', fields: [], detectors: 'default' },
  inline: { detectors: ['SECRET'], operator: 'token', connections: ['*'] },
});
const secrets = masker.secretsOf(['x'.repeat(842), 'bench-upstream-credential']);
const ANSWER = { direction: 'response', connection: 'tickets', method: 'tools/call', secrets } as const;

export async function measureParts(): Promise<readonly Part[]> {
  const request = Buffer.from(REQUEST_BODY);
  const doc = must(parseJson(request, LIMIT));
  const answer = must(parseJson(ANSWER_BODY, LIMIT));
  const text = gatewayConfig({
    port: 1,
    upstreamPort: 1,
    issuer: 'http://127.0.0.1:1',
    audience: 'https://bench.example',
    workers: 1,
  });
  const loaded = must(
    loadConfig({ file: '/bench/gatebook.yaml', text, env: { BENCH_CREDENTIAL: 'c'.repeat(24) }, readFile: () => '' }),
  );
  const policy = must(createPolicy(policySettings(loaded)));
  const caller = {
    issuer: 'http://127.0.0.1:1',
    namespace: 'idp',
    subject: 'bench-client',
    kind: 'service_account' as const,
    groups: [],
    client: 'idp:bench-client',
    scopes: [],
  };
  const header = {
    caller: { issuer: caller.issuer, subject: caller.subject, kind: caller.kind, groups: [] },
    client: { id: caller.client },
    connection: 'tickets',
    method: 'tools/call',
    name: 'list_tickets',
    source: '127.0.0.1',
  };
  return [
    ...(await identityParts()),
    ...(await ownTokenParts()),
    { part: 'parse request (128 B)', us: measure(() => readMessage(must(parseJson(request, LIMIT)))), budget: '' },
    { part: 'parse answer (2 KB)', us: measure(() => readMessage(must(parseJson(ANSWER_BODY, LIMIT)))), budget: '' },
    {
      part: 'mask request',
      us: measure(() => masker.maskMessage(doc, { ...ANSWER, direction: 'request' })),
      budget: '',
    },
    { part: 'mask answer (2 KB)', us: measure(() => masker.maskMessage(answer, ANSWER)), budget: '≤ 100' },
    {
      part: 'decision, two rules',
      us: measure(() =>
        policy.decide({
          caller,
          connection: 'tickets',
          method: 'tools/call',
          name: 'list_tickets',
          args: { queue: 'parcels', limit: 14 },
          findings: [],
          nowMs: 0,
        }),
      ),
      budget: '',
    },
    { part: 'record header, masked', us: measure(() => masker.maskHeader(header, secrets)), budget: '' },
    ...ledgerParts(JSON.stringify(header)),
  ];
}

export const partsTable = (parts: readonly Part[]): string =>
  [
    '| part, alone and warm | µs | budget |',
    '|---|--:|--:|',
    ...parts.map(({ part, us, budget }) => `| ${part} | ${us.toFixed(1)} | ${budget} |`),
  ].join('\n');
