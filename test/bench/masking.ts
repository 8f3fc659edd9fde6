/**
 * `npm run bench:masking`: how fast the engine goes over documents of each kind, and the longest that one input holds a
 * thread. One core, warm; parsing is measured apart. Throughput is by CPU time of this thread, so that what else runs on
 * the machine does not count; a single document is too short for that clock and is measured by the wall. `--write` puts the
 * table into docs/MASKING.md.
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
import { speedTable } from './masking-table.ts';
import { tableNote, writeTable } from './write-table.ts';

const JSON_LIMITS = { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes };
const SEED = 7;
const MS_PER_CASE = 1_500;

const masker = createMasker({
  key: randomBytes(32),
  store: { operator: 'token', fields: [], detectors: 'default' },
});
const redacting = createMasker({
  key: randomBytes(32),
  store: { operator: 'redact', fields: [], detectors: 'default' },
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

function mask(doc: JsonDocument, by = masker): void {
  const masked = by.maskMessage(doc, CONTEXT);
  if (!masked.ok) throw new Error(masked.error.reason);
}

function throughput(doc: JsonDocument, run: (doc: JsonDocument) => void = (one) => mask(one)): number {
  for (let at = 0; at < 30; at++) run(doc);
  const started = cpuMs();
  let runs = 0;
  while (cpuMs() - started < MS_PER_CASE) {
    run(doc);
    runs++;
  }
  return (doc.bytes.length * runs) / 1e6 / ((cpuMs() - started) / 1_000);
}

function percentiles(docs: readonly JsonDocument[], by = masker): readonly [p50: number, p99: number] {
  for (let at = 0; at < 2_000; at++) mask(docs[at % docs.length] as JsonDocument, by);
  const times = Array.from({ length: 8_000 }, (_, at) => {
    const started = performance.now();
    mask(docs[at % docs.length] as JsonDocument, by);
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
const rate = (doc: JsonDocument, run?: (doc: JsonDocument) => void): string =>
  `${throughput(doc, run).toFixed(1)} MB/s`;
const milliseconds = (ms: number): string => `${ms.toFixed(3)} ms`;

function worstOf(texts: readonly { readonly name: string; readonly text: string }[]) {
  let worst = { name: '', ms: 0 };
  for (const { name, text } of texts) {
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
  return worst;
}

function measureAll(): string {
  const small = Array.from({ length: 40 }, (_, at) => answerOf([...mixed.slice(at * 7), ...mixed], 2_048));
  const [smallP50, smallP99] = percentiles(small);
  const [redactedP50] = percentiles(small, redacting);
  const answer = parseJson(ANSWER_BODY, JSON_LIMITS);
  if (!answer.ok) throw new Error('the answer of the benchmark is no JSON');
  const [answerP50] = percentiles([answer.value]);
  const worst = worstOf(adversarialTexts(64 * 1024));
  return speedTable({
    clean: rate(answerOf(clean, SIZE)),
    lookalikes: rate(answerOf(lookalikes, SIZE)),
    mixed: rate(answerOf(mixed, SIZE)),
    denseJson: rate(answerOf(made, SIZE)),
    denseProse: rate(answerOf(prose, SIZE)),
    parsing: rate(answerOf(mixed, SIZE), (doc) => void parseJson(doc.bytes, JSON_LIMITS)),
    smallP50: milliseconds(smallP50),
    smallP99: milliseconds(smallP99),
    tokens: milliseconds(smallP50 - redactedP50),
    answerP50: milliseconds(answerP50),
    adversarial: `${milliseconds(worst.ms)} (${worst.name})`,
  });
}

const table = measureAll();
console.log(table);
if (process.argv.includes('--write')) writeTable('docs/MASKING.md', 'speed', `${tableNote()}\n\n${table}`);
