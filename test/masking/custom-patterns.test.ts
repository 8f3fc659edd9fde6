/** `masking.patterns` through a whole masker and a whole gateway: like a built-in detector, and never for longer than it may take. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as holds, constant, constantFrom, dictionary, nat, oneof, property } from 'fast-check';
import type { CustomPattern } from '#masking/custom-patterns.ts';
import { createMasker, type MaskAside, type MaskerSettings } from '#masking/masker.ts';
import type { OperatorChoice } from '#masking/operators/choice.ts';
import { SecretSet } from '#masking/secret-set.ts';
import { parseJson } from '#mcp/json.ts';
import { err } from '#result.ts';
import { startTestGateway, toolCall } from '../e2e/harness.ts';
import { answerWith } from '../fakes/mcp-server.ts';

const BADGE: CustomPattern = { name: 'badge', entity: 'BADGE', pattern: 'B-\\d{4}', group: 0, score: 0.9, context: [] };
const UNSURE: CustomPattern = { ...BADGE, name: 'locker', entity: 'LOCKER', pattern: '\\d{3,6}', score: 0.3 };
const GREEDY: CustomPattern = { ...BADGE, name: 'greedy', entity: 'REST', pattern: 'REST.{3,}' };
const PATTERNS = [BADGE, { ...UNSURE, context: ['locker'] }, GREEDY];
const CONTEXT = { direction: 'response', connection: 'c', method: 'tools/call', secrets: SecretSet.EMPTY } as const;

const settings = (operator: OperatorChoice, patterns: readonly CustomPattern[] = PATTERNS): MaskerSettings => ({
  key: Buffer.alloc(32, 7),
  store: { operator, fields: [], detectors: 'default' },
  inline: { operator, detectors: 'default', connections: ['*'] },
  patterns,
});

function docOf(value: unknown) {
  const doc = parseJson(Buffer.from(JSON.stringify(value)), { depth: 64, nodes: 10_000 });
  assert.ok(doc.ok);
  return doc.value;
}
function masked(operator: OperatorChoice, value: unknown) {
  const done = createMasker(settings(operator)).maskMessage(docOf(value), CONTEXT);
  assert.ok(done.ok);
  return { ...done.value, sent: done.value.send.toString(), kept: done.value.stored.toString() };
}

test('a finding of a pattern is evidence like any other, and takes the operator of its entity', () => {
  const { findings, sent } = masked('token', { result: { a: 'badge B-1234', locker_no: 4711, b: 'locker 12345' } });
  assert.deepEqual(
    findings.map(({ rule, type, pointer, store }) => [rule, type, pointer, store]),
    [
      ['badge', 'BADGE', '/result/a', 'token'],
      ['locker', 'LOCKER', '/result/locker_no', 'token'],
      ['locker', 'LOCKER', '/result/b', 'token'],
    ],
  );
  assert.match(sent, /"badge \[BADGE:k1:[a-z2-7]{13}\]"/);
  assert.match(sent, /"locker_no":"\[LOCKER:k1:/);
});

test('masking what patterns found again changes nothing, with every operator', () => {
  const word = constantFrom(
    'B-1234',
    'locker',
    '4711',
    'REST',
    'ada@acme.com',
    ' ',
    '-',
    'B-',
    '12',
    '. ',
    '"',
    '[',
    ']',
  );
  const text = array(word, { maxLength: 12 }).map((words) => words.join(''));
  const value = oneof(text, dictionary(oneof(text, constant('locker')), oneof(text, nat())), array(text));
  for (const operator of ['token', 'redact', 'format', { partial: 2 }, { replace: '(removed)' }, 'drop'] as const)
    holds(
      property(value, (content) => {
        const once = masked(operator, { result: { structuredContent: content } });
        const again = masked(operator, JSON.parse(once.sent));
        assert.equal(again.sent, once.sent);
        assert.doesNotMatch(once.sent, /B-\d{4}/);
      }),
      // Two values without anything in between: where the one form ends and the other begins nobody would know again.
      { numRuns: 150, examples: [[{ '': 'ada@acme.comada@acme.com' }]] },
    );
});

test('inside a word a part or a form would not be known again, so a token stands there, and the evidence says so', () => {
  for (const operator of ['partial', 'format'] as const) {
    const { sent, findings } = masked(operator, { result: ['xB-12345', 'x.B-1234.5'] });
    assert.match(sent, /"x\[BADGE:k1:[a-z2-7]{13}\]5"/);
    assert.deepEqual([findings[0]?.store, findings[0]?.inline], ['token', 'token']);
    if (operator === 'partial') assert.match(sent, /"x\.\*-\*\*34\.5"/);
  }
});

test('what is passed over because no built-in detector finds anything there is looked at by patterns', () => {
  const uuid = '7d5f2c6e-9b1a-4c3d-8e2f-0a1b2c3d4e5f';
  const patterns = [
    { ...BADGE, name: 'asset', entity: 'ASSET', pattern: '7d5f[-0-9a-f]{32}|2026-11-2[0-9]' },
    { ...BADGE, pattern: 'get_note_7|55|BADGE[A-Z]' },
  ];
  const masker = createMasker(settings('redact', patterns));
  const value = { BADGEX: 1, id: uuid, on: '2026-11-23', seven: 55, list: ['55', 5] };
  const done = masker.maskMessage(docOf({ result: value }), CONTEXT);
  assert.ok(done.ok);
  assert.equal(
    done.value.stored.toString(),
    '{"result":{"[BADGE]":1,"id":"[ASSET]","on":"[ASSET]","seven":"[BADGE]","list":["[BADGE]",5]}}',
  );
  const header = JSON.parse(masker.maskHeader({ name: 'get_note_7', method: 'tools/call' }, undefined)) as unknown;
  assert.deepEqual(header, { name: '[BADGE]', method: 'tools/call' });
  const plain = createMasker(settings('redact', []));
  const [stored] = [plain.maskMessage(docOf({ result: value }), CONTEXT)];
  assert.ok(stored.ok);
  assert.equal(stored.value.stored.toString(), JSON.stringify({ result: value }));
});

test('a message whose patterns would take long is masked elsewhere, and one without does not leave', async () => {
  const sentAside: number[] = [];
  const aside: MaskAside = {
    hereBytes: 1_000_000,
    mask: (bytes) => {
      sentAside.push(bytes.length);
      return Promise.resolve(err({ code: 'masking_failed', reason: 'elsewhere' }));
    },
  };
  const text = 'x'.repeat(50_000);
  for (const [patterns, length, isAside] of [
    [[], text.length, false],
    [PATTERNS, 100, false],
    [PATTERNS, text.length, true],
  ] as const) {
    sentAside.length = 0;
    const masker = createMasker(settings('token', patterns), aside);
    const done = await masker.maskAnySize(docOf({ result: text.slice(0, length) }), CONTEXT, 'ada');
    assert.deepEqual([sentAside.length > 0, done.ok], [isAside, !isAside], `${patterns.length} patterns, ${length}`);
  }
  const nowhere = createMasker(settings('token'));
  assert.equal((await nowhere.maskAnySize(docOf({ result: text }), CONTEXT, 'ada')).ok, true);
});

test('a line or a header that patterns would look at for too long is not kept', () => {
  const masker = createMasker(settings('token', [{ ...BADGE, pattern: '(?:x?){300}y' }]));
  const line = masker.maskStoredText('x'.repeat(60_000), SecretSet.EMPTY);
  assert.equal(line, '[SECRET]');
  assert.equal(masker.maskStoredText('door B-', SecretSet.EMPTY), 'door B-');
});

test('patterns of a reloaded configuration mask the next message, here and in a thread, and rules name their entity', async (t) => {
  const gateway = await startTestGateway(t);
  const ask = async (filler: string): Promise<string> => {
    gateway.server.answering = answerWith({ content: [{ type: 'text', text: `B-1234 ${filler}` }] });
    return (await gateway.post('masked', JSON.stringify(toolCall('find')))).text;
  };
  const large = '~ '.repeat(100_000);
  assert.match(await ask(''), /B-1234/);
  const outcome = await gateway.reload((text) =>
    text.replace(
      /^masking: \{ /m,
      'masking: { patterns: [{ name: badge, pattern: "B-\\\\d{4}" }], rules: [{ entities: [BADGE], operator: redact }], ',
    ),
  );
  assert.ok(outcome.ok, JSON.stringify(outcome));
  for (const filler of ['', large]) {
    const text = await ask(filler);
    assert.match(text, /"\[BADGE\] /);
    assert.doesNotMatch(text, /B-1234/);
    const { payload, header } = (await gateway.records()).findLast(({ leaf }) => leaf.kind === 'result') ?? {};
    assert.match(payload?.toString() ?? '', /\[BADGE\]/);
    assert.deepEqual(
      header?.masking?.map(({ rule, type, inline }) => [rule, type, inline]),
      [['badge', 'BADGE', 'redact']],
    );
  }
});
