/** A few thousand inputs of every fuzz target with a fixed seed; and that each target sees a bug that is put in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCompactJws } from '#identity/jws.ts';
import { loadConfig } from '#config/load.ts';
import { compileFilter } from '#events/filter/compile.ts';
import { parseFilter } from '#events/filter/parser.ts';
import { LIMITS } from '#limits.ts';
import { checkHeaders } from '#mcp/headers.ts';
import { parseJson } from '#mcp/json.ts';
import type { JsonLimits, JsonNode } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import { LineDecoder } from '#mcp/ndjson.ts';
import { SseDecoder } from '#mcp/sse.ts';
import { createConditions } from '#policy/conditions.ts';
import { createPolicy } from '#policy/policy.ts';
import { normaliseUri } from '#policy/resource-uri.ts';
import { ok } from '#result.ts';
import { INPUT_BYTES_MAX, mutate } from './mutate.ts';
import { SeededRandom } from './random.ts';
import { runTarget, shrink } from './run-target.ts';
import type { FuzzTarget } from './target.ts';
import { FUZZ_TARGETS } from './targets.ts';
import { conditionTarget } from './targets/condition-target.ts';
import { configTarget } from './targets/config-target.ts';
import { filterTarget } from './targets/filter-target.ts';
import { jsonTarget } from './targets/json-target.ts';
import { ndjsonTarget, sseTarget } from './targets/stream-targets.ts';
import { tokenTarget } from './targets/token-target.ts';
import { uriTarget } from './targets/uri-target.ts';

const SEED = 20_260_105;
const RUNS = 6_000;

for (const { create, share } of FUZZ_TARGETS) {
  const target = create();
  test(`${target.name}: no input of a short run breaks what must hold`, () => {
    const report = runTarget(target, { runs: Math.ceil((RUNS * share) / 1_000), seed: SEED });
    const { failure } = report;
    assert.equal(
      failure,
      undefined,
      `${failure?.message ?? ''}: ${JSON.stringify(failure?.input.toString('utf8').slice(0, 500))}`,
    );
    assert.ok(report.accepted > 0 && report.accepted < report.runs, `${report.accepted} of ${report.runs} accepted`);
  });
}

const strict = { parseJson, readMessage, checkHeaders };
/** Cuts at a chunk's end what may go on in the next. */
const forgetful = <T extends { push(chunk: Buffer): unknown }>(create: () => T): T => {
  let decoder = create();
  return {
    push(chunk: Buffer) {
      const pushed = decoder.push(chunk);
      if (chunk.at(-1) !== 0x0a) decoder = create();
      return pushed;
    },
  } as T;
};

/** Under another name while it is parsed, under its own afterwards. */
function parseTwins(bytes: Buffer, limits: JsonLimits): ReturnType<typeof parseJson> {
  let text = bytes.toString('utf8');
  const once = parseJson(bytes, limits);
  if (once.ok || once.error.code !== 'duplicate_key') return once;
  for (let turn = 0; turn < 26; turn += 1) {
    const parsed = parseJson(Buffer.from(text), limits);
    if (parsed.ok)
      return ok({ bytes, text: bytes.toString('utf8'), root: renamed(parsed.value.root, bytes.toString('utf8')) });
    if (parsed.error.code !== 'duplicate_key') break;
    const at = parsed.error.offset + 1;
    text = text.slice(0, at) + String.fromCharCode(0x41 + turn) + text.slice(at + 1);
  }
  return once;
}

function renamed(node: JsonNode, text: string): JsonNode {
  if (node.kind === 'array') return { ...node, items: node.items.map((item) => renamed(item, text)) };
  if (node.kind !== 'object') return node;
  const members = node.members.map((one) => ({
    ...one,
    key: JSON.parse(text.slice(one.keyStart, one.keyEnd)) as string,
    value: renamed(one.value, text),
  }));
  return { ...node, members };
}

const PLANTED: readonly (readonly [bug: string, target: () => FuzzTarget, seen: RegExp])[] = [
  [
    'a parser that takes two equal keys for two keys',
    () => jsonTarget({ ...strict, parseJson: (bytes, limits) => parseTwins(Buffer.from(bytes), limits) }),
    /a key is repeated/,
  ],
  [
    'a parser that takes a lone surrogate for nothing',
    () =>
      jsonTarget({
        ...strict,
        parseJson: (bytes, limits) => parseJson(Buffer.from(Buffer.from(bytes).toString('utf8')), limits),
      }),
    /no JSON|changed the bytes/,
  ],
  [
    'a parser that refuses exponents',
    () =>
      jsonTarget({
        ...strict,
        parseJson: (bytes, limits) =>
          /\d[eE]/.test(Buffer.from(bytes).toString('latin1'))
            ? { ok: false, error: { code: 'parse_error', offset: 0, message: 'no' } }
            : parseJson(bytes, limits),
      }),
    /valid JSON was refused/,
  ],
  ['headers that nobody compares', () => jsonTarget({ ...strict, checkHeaders: () => ok('legacy') }), /a header/],
  [
    'a message whose method is read without regard to case',
    () =>
      jsonTarget({
        ...strict,
        readMessage(document) {
          const text = document.text.replace(/"(jsonrpc|method|params|id)"/gi, (key) => key.toLowerCase());
          const folded = parseJson(Buffer.from(text), { depth: 64, nodes: 250_000 });
          const read = folded.ok ? readMessage(folded.value) : readMessage(document);
          return read.ok ? ok({ ...read.value, doc: document }) : read;
        },
      }),
    /read in two ways/,
  ],
  [
    'an SSE decoder that forgets at the end of a chunk',
    () => sseTarget((max) => forgetful(() => new SseDecoder(max))),
    /cut/,
  ],
  [
    'an SSE decoder that reads CR LF as two line ends',
    () =>
      sseTarget((max) => {
        const decoder = new SseDecoder(max);
        return {
          push: (chunk) => decoder.push(Buffer.from(chunk.toString('latin1').replaceAll('\r\n', '\n\n'), 'latin1')),
        };
      }),
    /cut|standard/,
  ],
  [
    'a line decoder that forgets at the end of a chunk',
    () => ndjsonTarget((max) => forgetful(() => new LineDecoder(max))),
    /cut/,
  ],
  [
    'a filter whose values are text of the statement',
    () =>
      filterTarget({
        parseFilter,
        compileFilter(filter, shard) {
          const { sql, parameters } = compileFilter(filter, shard);
          let at = 0;
          return { sql: sql.replace(/\?/g, () => `'${String(parameters[at++])}'`), parameters: [] };
        },
      }),
    /syntax error|the statement|no such column/,
  ],
  [
    'a "not" that loses what is absent',
    () =>
      filterTarget({
        parseFilter,
        compileFilter: (filter, shard) =>
          filter.op === 'not'
            ? { ...compileFilter(filter.term, shard), sql: `NOT ${compileFilter(filter.term, shard).sql}` }
            : compileFilter(filter, shard),
      }),
    /do not make up all events/,
  ],
  [
    'a token check that tolerates padding and set trailing bits',
    () =>
      tokenTarget({
        parseCompactJws(token, limits) {
          const segments = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('base64url'));
          return parseCompactJws(segments.join('.'), limits);
        },
      }),
    /spelling that nobody issued/,
  ],
  [
    'a token check that lets the last of two equal claims win',
    () =>
      tokenTarget({
        parseCompactJws(token, limits) {
          const parsed = parseCompactJws(token, limits);
          if (parsed.ok || parsed.error !== 'payload_duplicate_claim') return parsed;
          const [header = '', payload = '', signature = ''] = token.split('.');
          const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
          const once = Buffer.from(JSON.stringify(claims)).toString('base64url');
          const again = parseCompactJws(`${header}.${once}.${signature}`, limits);
          return again.ok ? ok({ ...again.value, signingInput: Buffer.from(`${header}.${payload}`) }) : again;
        },
      }),
    /twice/,
  ],
  [
    'a configuration whose reading throws',
    () =>
      configTarget((source) => {
        if (source.text.includes('\t')) throw new TypeError('cannot read properties');
        return loadConfig(source);
      }),
    /cannot read properties/,
  ],
  [
    'a configuration problem without a place',
    () =>
      configTarget((source) => {
        const loaded = loadConfig(source);
        return loaded.ok ? loaded : { ok: false, error: loaded.error.map((problem) => ({ ...problem, line: 0 })) };
      }),
    /a problem at 0:/,
  ],
  [
    'a policy that looks at a URI as it was sent',
    () => {
      const made = createPolicy({
        levels: { l: { allow: ['*'], deny: ['x/read:file:///secret/*', 'x/read:http://127.0.0.1/*'] } },
        grants: [{ groups: ['okta:g'], connections: ['c'], level: 'l' }],
        rules: [],
        version: 'v',
        limits: LIMITS,
      });
      assert.ok(made.ok);
      const policy = made.value;
      const decide: typeof policy.decide = (input) => {
        const isResource = input.method.startsWith('resources/') || input.method === 'completion/complete';
        if (!isResource || !normaliseUri(input.name).ok) return policy.decide(input);
        return policy.decide({ ...input, method: 'x/read' });
      };
      return uriTarget({ ...policy, decide });
    },
    /a denied (file|host|path) would be/,
  ],
  [
    'a condition that remembers the call before',
    () => {
      const conditions = createConditions(LIMITS);
      let calls = 0;
      return conditionTarget({
        ...conditions,
        compile(text) {
          const compiled = conditions.compile(text);
          if (!compiled.ok) return compiled;
          return ok({
            ...compiled.value,
            evaluate(facts) {
              calls += 1;
              const verdict = compiled.value.evaluate(facts);
              return calls % 2 === 0 && verdict.outcome === 'not_matched' ? { outcome: 'matched' } : verdict;
            },
          });
        },
      });
    },
    /judged otherwise/,
  ],
];

for (const [bug, create, seen] of PLANTED) {
  test(`it finds ${bug}`, () => {
    const { failure } = runTarget(create(), { runs: 20_000, seed: SEED });
    assert.ok(failure !== undefined, 'not found');
    assert.match(failure.message, seen);
  });
}

test('an input that takes too long every time is reported, one that did once is not', () => {
  const [target] = FUZZ_TARGETS.map(({ create }) => create());
  assert.ok(target);
  const slowFor = (attempts: number): FuzzTarget => {
    let count = 0;
    return {
      ...target,
      attempt: () => ({ verdict: 'refused', ms: (count += 1) > 10 && count <= 10 + attempts ? 60 : 1 }),
    };
  };
  const clock = (): number => 0;
  assert.equal(runTarget(slowFor(3), { runs: 100, seed: SEED, clock }).failure, undefined);
  const slow = runTarget(slowFor(4), { runs: 100, seed: SEED, clock });
  assert.match(slow.failure?.message ?? '', /took 60 ms, three times/);
  assert.equal(runTarget(slowFor(4), { runs: 100, seed: SEED }).failure, undefined, 'a test never times');
});

test('the same seed gives the same inputs, another seed others', () => {
  const inputs = (seed: number): string => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 50 }, () =>
      mutate(Buffer.from('{"a":1}'), random, [Buffer.from('[]')], ['x']).toString('hex'),
    ).join();
  };
  assert.equal(inputs(1), inputs(1));
  assert.notEqual(inputs(1), inputs(2));
});

test('no mutation makes an input longer than the bound', () => {
  const random = new SeededRandom(SEED);
  let input: Buffer = Buffer.alloc(INPUT_BYTES_MAX, 97);
  for (let round = 0; round < 300; round += 1) {
    input = mutate(input, random, [Buffer.alloc(INPUT_BYTES_MAX)], ['word']);
    assert.ok(input.length <= INPUT_BYTES_MAX);
    if (input.length === 0) input = Buffer.alloc(INPUT_BYTES_MAX);
  }
});

test('a failing input is made smaller and still fails', () => {
  const [base] = FUZZ_TARGETS.map(({ create }) => create());
  assert.ok(base);
  const target: FuzzTarget = {
    ...base,
    attempt(input) {
      if (input.includes('bug')) throw new Error('found');
      return { verdict: 'accepted', ms: 0 };
    },
  };
  assert.equal(shrink(target, Buffer.from(`${'x'.repeat(500)}bug${'y'.repeat(500)}`)).toString(), 'bug');
});
