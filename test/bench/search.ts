/**
 * Search index by hand: processor time of indexing per call, then p50 and p95 of searches in an index of N events.
 *   node test/bench/search.ts [--events 200000] [--days 60] [--calls-per-session 20]
 * Invented calls of 200 callers and 40 tools with answers of 2 KB, spread over some days. Prints, asserts nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBookIndex } from '#events/book-index.ts';
import { indexDirectory } from '#events/index-files.ts';
import { openIndexStore } from '#events/index-store.ts';
import { type SearchRequest, searchEvents } from '#events/search.ts';
import { listSessions, type SessionsRequest, showSession } from '#events/sessions.ts';
import type { OpenedRecord } from '#events/source.ts';
import { countFacets } from '#events/facets.ts';
import { followEvents } from '#events/follow.ts';
import { countHistogram } from '#events/histogram.ts';
import { LIMITS } from '#limits.ts';
import type { Result } from '#result.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    days: { type: 'string', default: '60' },
    'calls-per-session': { type: 'string', default: '20' },
  },
});
const count = Math.min(Number(values.events), 2_000_000);
/** Fewer than callers are at work at once: what sessions cost the index is theirs to begin. */
const CALLS_PER_SESSION = Math.max(1, Number(values['calls-per-session']));
const DAYS = Math.min(Number(values.days), 3_000);
const BATCH_CALLS = LIMITS.indexBatchRecords / 2;
const NOW = Date.UTC(2026, 10, 23, 12);

let seed = 42;
const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x80000000;
const below = (n: number): number => Math.floor(random() * n);
/** Small numbers are far likelier: a few busy callers, tools and words. */
const skewed = (n: number): number => Math.floor(random() * random() * random() * n);

const WORDS = Array.from({ length: 30_000 }, () =>
  String.fromCharCode(...Array.from({ length: 3 + below(7) }, () => 97 + below(26))),
);
function text(chars: number): string {
  const words: string[] = [];
  for (let length = 0; length < chars; length += (words.at(-1)?.length ?? 0) + 1)
    words.push(WORDS[skewed(WORDS.length)] ?? '');
  return words.join(' ');
}
/** As long as a real one. */
const LEAF = Buffer.alloc(320, 'x');
const ANSWERS = Array.from({ length: 2_000 }, () => text(1_900));

const positionOf = (n: number) => ({ n, segment: Math.floor(n / 20_000), offset: (n % 20_000) * 3_000 });
const subject = (i: number): string => `00u${String(i).padStart(17, '0')}`;

function call(i: number): readonly OpenedRecord[] {
  const t = NOW - Math.floor(((count - i) / count) * DAYS * 86_400_000);
  const name = `tool_${skewed(40)}`;
  const session = `session-${Math.floor(i / CALLS_PER_SESSION)}`;
  const base = { v: 1, t, call: 'a'.repeat(26), pc: 'x', bc: ['x'], mask: { n: 0 }, pol: null } as const;
  const intent: OpenedRecord = {
    leaf: { ...base, n: 2 * i, kind: 'intent', ref: null, st: 'open', hc: 'x' },
    leafBytes: LEAF,
    header: {
      caller: {
        issuer: 'https://acme.okta.com/oauth2/default',
        subject: subject(skewed(200)),
        kind: 'person',
        groups: ['okta:a', 'okta:b'],
      },
      client: { name: 'inspector', version: '1.2.3', id: 'okta:0oa1' },
      connection: `connection-${skewed(8)}`,
      session,
      method: 'tools/call',
      name,
      decision: { effect: 'allow', level: 'read', policy: '0123456789abcdef' },
    },
    payload: Buffer.from(
      JSON.stringify({
        jsonrpc: '2.0',
        id: i,
        method: 'tools/call',
        params: { name, arguments: { customer: i, note: text(60) } },
      }),
    ),
    position: positionOf(2 * i),
    verified: true,
  };
  const isError = below(50) === 0;
  const result: OpenedRecord = {
    leaf: { ...base, n: 2 * i + 1, kind: 'result', ref: 2 * i, st: isError ? 'error' : 'ok', hc: 'x' },
    leafBytes: LEAF,
    header: { session, durationMs: below(500), ...(isError ? { code: 'upstream_invalid' } : {}) },
    payload: Buffer.from(
      JSON.stringify({
        jsonrpc: '2.0',
        id: i,
        result: { content: [{ type: 'text', text: ANSWERS[below(ANSWERS.length)] }] },
      }),
    ),
    position: positionOf(2 * i + 1),
    verified: true,
  };
  return [intent, result];
}

const directory = mkdtempSync(join(tmpdir(), 'gatebook-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const { store } = openIndexStore({
  directory: indexDirectory(directory, 'a'),
  origin: 'bench/a',
  indexedTextBytes: LIMITS.indexedTextBytes,
});
let indexingUs = 0;
let slowestMs = 0;
for (let i = 0; i < count; i += BATCH_CALLS) {
  const calls = Math.min(BATCH_CALLS, count - i);
  const records = Array.from({ length: calls }, (_, k) => call(i + k)).flat();
  const before = process.cpuUsage();
  const started = performance.now();
  store.apply(records, positionOf(2 * (i + calls)));
  slowestMs = Math.max(slowestMs, performance.now() - started);
  const used = process.cpuUsage(before);
  indexingUs += used.user + used.system;
}
store.close();
console.log(
  `${count} events; indexing ${(indexingUs / count).toFixed(1)} us CPU per call, slowest batch of ${BATCH_CALLS} calls ${slowestMs.toFixed(0)} ms`,
);

const index = openBookIndex(directory);
const day = (): { readonly since: string; readonly until: string } => {
  const from = NOW - random() * DAYS * 86_400_000;
  return { since: new Date(from - 86_400_000).toISOString(), until: new Date(from).toISOString() };
};
const who = (): string => `caller.subject eq "${subject(skewed(200))}"`;
const what = (): string => `name eq "tool_${skewed(40)}"`;
const QUERIES: Readonly<Record<string, () => SearchRequest>> = {
  newest: () => ({}),
  who: () => ({ filter: who() }),
  what: () => ({ filter: what() }),
  'who what': () => ({ filter: `${who()} and ${what()}` }),
  when: () => day(),
  'who what when': () => ({ filter: `${who()} and ${what()}`, ...day() }),
  'who where when': () => ({ filter: `${who()} and connection eq "connection-${skewed(8)}"`, ...day() }),
  'failures of whom': () => ({ filter: `${who()} and outcome eq "error"` }),
  'nobody known': () => ({ filter: 'caller.subject eq "nobody"' }),
  'common word': () => ({ q: WORDS[skewed(200)] ?? '' }),
  'any word': () => ({ q: WORDS[below(WORDS.length)] ?? '' }),
  'three words': () => ({ q: [0, 0, 0].map(() => WORDS[skewed(3_000)]).join(' ') }),
  phrase: () => ({ q: `"${WORDS[skewed(500)]} ${WORDS[skewed(500)]}"` }),
  'word of whom': () => ({ q: WORDS[skewed(2_000)] ?? '', filter: who() }),
  'word and day': () => ({ q: WORDS[skewed(2_000)] ?? '', ...day() }),
};
const ROUNDS = 200;

/** `ask` gives how many things it found. */
function measure(kind: string, rounds: number, ask: () => number): void {
  const times: number[] = [];
  let found = 0;
  for (let i = 0; i < rounds; i++) {
    const started = performance.now();
    found += ask();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(share * rounds)] ?? 0).toFixed(2).padStart(8);
  console.log(
    `${kind.padEnd(18)} p50 ${at(0.5)} ms  p95 ${at(0.95)} ms  ${(found / rounds).toFixed(0).padStart(4)} found`,
  );
}

const settings = { nowMs: NOW, limits: LIMITS };
function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

for (const [kind, request] of Object.entries(QUERIES))
  measure(kind, ROUNDS, () => must(searchEvents(index, request(), settings)).hits.length);

const follow = { ...settings, stretchRecords: LIMITS.followStretchRecords, isLate: () => false };
measure('polling, new', ROUNDS, () => must(followEvents(index, { after: { a: 2 * count - 200 } }, follow)).hits.length);
measure(
  'polling, far back',
  ROUNDS,
  () => must(followEvents(index, { after: { a: below(count) } }, follow)).hits.length,
);
const facets = (request: object): number =>
  must(countFacets(index, { by: ['name', 'outcome'], limit: 10, ...request }, settings)).length;
const histogram = (request: object): number =>
  must(countHistogram(index, { interval: 'auto', ...request }, settings)).buckets.length;
measure('facets of a day', 50, () => facets(day()));
measure('histogram of a day', 50, () => histogram(day()));
measure('facets of all', 5, () => facets({}));
measure('histogram of all', 5, () => histogram({}));
const sessions = (request: SessionsRequest): number => must(listSessions(index, request, settings)).sessions.length;
measure('sessions, newest', ROUNDS, () => sessions({}));
measure('sessions of a day', ROUNDS, () => sessions(day()));
measure('sessions of whom', ROUNDS, () => sessions({ caller: subject(skewed(200)) }));
measure('sessions where', ROUNDS, () => sessions({ connection: `connection-${skewed(8)}` }));
measure('sessions of nobody', ROUNDS, () => sessions({ caller: 'nobody' }));
measure('sessions nowhere', 50, () => sessions({ connection: 'nowhere' }));
measure('one session', ROUNDS, () => {
  const id = `session-${below(Math.ceil(count / CALLS_PER_SESSION))}`;
  return must(showSession(index, { id }, settings))?.hits.length ?? 0;
});
