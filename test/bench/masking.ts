/**
 * `npm run bench:masking`: how fast the engine goes over documents of each kind, and the longest that one input holds a
 * thread. One core, warm; parsing is measured apart. Throughput is by CPU time of this thread, so that what else runs on
 * the machine does not count; a single document is too short for that clock and is measured by the wall.
 */
import { randomBytes } from 'node:crypto';
import { LIMITS } from '#limits.ts';
import { createMasker } from '#masking/masker.ts';
import { parseJson, type JsonDocument } from '#mcp/json.ts';
import { adversarialTexts } from '../masking/adversarial.ts';
import { CLEAN_PROSE } from '../masking/prose-cases.ts';
import { decoys } from '../masking/decoys.ts';
import { labelledDoc, labelledText } from '../masking/labelled.ts';
import { madeDocs, madeTexts } from '../masking/made-cases.ts';
import { JSON_CASES } from '../masking/json-cases.ts';
import { ANSWER_BODY } from './bench-answer.ts';

const JSON_LIMITS = { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes };
const SEED = 7;
const MS_PER_CASE = 1_500;

const masker = createMasker({
  key: randomBytes(32),
  store: { operator: 'token', fields: [], detectors: 'default' },
});
const CONTEXT = {
  direction: 'response',
  connection: 'x',
  method: 'tools/call',
  secrets: masker.secretsOf([]),
} as const;

function documentOf(value: unknown): JsonDocument {
  const doc = parseJson(Buffer.from(JSON.stringify(value)), JSON_LIMITS);
  if (!doc.ok) throw new Error(doc.error.message);
  return doc.value;
}

/** An answer of about `bytes` with the items in it. */
function answerOf(items: readonly unknown[], bytes: number): JsonDocument {
  const taken: unknown[] = [];
  for (let at = 0, size = 0; size < bytes; at++) {
    const item = items[at % items.length];
    taken.push(item);
    size += JSON.stringify(item).length + 1;
  }
  return documentOf({ jsonrpc: '2.0', id: 1, result: { content: [], structuredContent: { items: taken } } });
}

/** Milliseconds of CPU that this thread has used. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function mask(doc: JsonDocument): void {
  const masked = masker.maskMessage(doc, CONTEXT);
  if (!masked.ok) throw new Error(masked.error.reason);
}

function throughput(doc: JsonDocument, run: (doc: JsonDocument) => void = mask): number {
  for (let at = 0; at < 30; at++) run(doc);
  const started = cpuMs();
  let runs = 0;
  while (cpuMs() - started < MS_PER_CASE) {
    run(doc);
    runs++;
  }
  return (doc.bytes.length * runs) / 1e6 / ((cpuMs() - started) / 1_000);
}

function percentiles(docs: readonly JsonDocument[]): readonly [p50: number, p99: number] {
  for (let at = 0; at < 2_000; at++) mask(docs[at % docs.length] as JsonDocument);
  const times = Array.from({ length: 8_000 }, (_, at) => {
    const started = performance.now();
    mask(docs[at % docs.length] as JsonDocument);
    return performance.now() - started;
  }).toSorted((a, b) => a - b);
  return [times[times.length >> 1] ?? 0, times[Math.floor(times.length * 0.99)] ?? 0];
}

/** Numbers and codes of every kind that are nothing: the most expensive of what is clean. */
const lookalikes = [
  ...decoys(400, SEED).map(({ key, value }) => ({ [key]: value })),
  ...CLEAN_PROSE.map((text) => ({ text })),
];
const clean = [
  ...CLEAN_PROSE.map((text) => ({ text })),
  ...Array.from({ length: 40 }, (_, at) => ({
    ticket: 4_700 + at,
    state: 'open',
    title: `Parcel ${at} is late at the depot`,
    owner: `team-${at % 3}`,
    updated: '2024-02-01T11:12:13Z',
    tags: ['late', 'depot'],
  })),
];
const made = [
  ...madeDocs(200, SEED).map((one) => labelledDoc(one).doc),
  ...JSON_CASES.map((one) => labelledDoc(one).doc),
];
const prose = madeTexts(200, SEED).map((one) => ({ text: labelledText(one).text }));
/** One sensitive document among four harmless ones. */
const mixed = made.flatMap((one, at) => [one, ...[0, 1, 2, 3].map((step) => clean[(at * 4 + step) % clean.length])]);

const SIZE = 256 * 1024;
const rows: readonly (readonly [string, string, string])[] = [
  ['clean', `${throughput(answerOf(clean, SIZE)).toFixed(1)} MB/s`, '≥ 50'],
  ['clean, all numbers and codes', `${throughput(answerOf(lookalikes, SIZE)).toFixed(1)} MB/s`, ''],
  ['mixed JSON', `${throughput(answerOf(mixed, SIZE)).toFixed(1)} MB/s`, '≥ 20'],
  ['dense JSON', `${throughput(answerOf(made, SIZE)).toFixed(1)} MB/s`, '≥ 10'],
  ['dense prose', `${throughput(answerOf(prose, SIZE)).toFixed(1)} MB/s`, '≥ 10'],
  [
    'parsing alone, mixed',
    `${throughput(answerOf(mixed, SIZE), (doc) => void parseJson(doc.bytes, JSON_LIMITS)).toFixed(1)} MB/s`,
    '',
  ],
];
console.log('| masking with all default detectors, tokens | measured | aim |\n|---|--:|--:|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
const small = Array.from({ length: 40 }, (_, at) => answerOf([...mixed.slice(at * 7), ...mixed], 2_048));
const [p50, p99] = percentiles(small);
console.log(
  `| 2 KB document, p50 | ${p50.toFixed(3)} ms | ≤ 0.1 |\n| 2 KB document, p99 | ${p99.toFixed(3)} ms | ≤ 0.5 |`,
);
const answer = parseJson(ANSWER_BODY, JSON_LIMITS);
if (!answer.ok) throw new Error('the answer of the benchmark is no JSON');
const [answerP50] = percentiles([answer.value]);
console.log(`| 2 KB answer of the benchmark of calls, p50 | ${answerP50.toFixed(3)} ms | ≤ 0.1 |`);
let worst = { name: '', ms: 0 };
for (const { name, text } of adversarialTexts(64 * 1024)) {
  const doc = documentOf({ text });
  mask(doc);
  // the least of several: what else runs on the machine only adds
  const ms = Math.min(
    ...Array.from({ length: 7 }, () => {
      const started = performance.now();
      mask(doc);
      return performance.now() - started;
    }),
  );
  if (process.argv.includes('--show')) console.log(`  ${name}: ${ms.toFixed(2)} ms`);
  if (ms > worst.ms) worst = { name, ms };
}
console.log(`| 64 KB made to be slow, worst (${worst.name}) | ${worst.ms.toFixed(2)} ms | ≤ 5 |`);
