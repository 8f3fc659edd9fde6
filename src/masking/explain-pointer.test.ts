import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileMasking } from '#masking/compile-masking.ts';
import { explainPointer, type PointerExplained } from '#masking/explain-pointer.ts';
import type { PathPart } from '#masking/finding-notes.ts';
import { createMasker, type MaskerSettings } from '#masking/masker.ts';
import { parsePointerPattern } from '#masking/plan-pointer.ts';
import { parseJson } from '#mcp/json.ts';

const patternOf = (text: string) => {
  const read = parsePointerPattern(text);
  assert.ok(read.ok);
  return read.value;
};
const both = new Set(['inline', 'store'] as const);
const SETTINGS: MaskerSettings = {
  key: Buffer.alloc(32, 1),
  store: { operator: 'token', fields: ['magic'], detectors: 'default' },
  inline: { operator: 'redact', detectors: ['CREDIT_CARD'], connections: ['crm'] },
  rules: [
    { entities: new Set(['US_SSN']), direction: 'request', copies: both, operator: 'block' },
    { entities: new Set(['EMAIL_ADDRESS']), pointers: [patternOf('/**/support')], copies: both, operator: undefined },
    { entities: new Set(['PERSON']), groups: ['okta:hr'], copies: new Set(['inline']), operator: 'format' },
    { entities: new Set(['PHONE_NUMBER']), tools: ['find_*'], copies: both, operator: 'drop' },
    { entities: new Set(['IP_ADDRESS']), connections: new Set(['erp']), copies: both, operator: 'drop' },
  ],
};
const ASKED = {
  connection: 'crm',
  direction: 'request',
  method: 'tools/call',
  name: 'get_note',
  groups: ['okta:hr'],
} as const;
const explain = (path: readonly PathPart[], asked: Partial<typeof ASKED> = {}): PointerExplained =>
  explainPointer(compileMasking(SETTINGS), { ...ASKED, ...asked }, path);
const of = ({ entities }: PointerExplained, entity: string) => entities.find((one) => one.entity === entity);

test('each entity has its operator and its reason in each copy, exemptions and what blocks included', () => {
  const here = explain(['params', 'arguments', 'support']);
  assert.deepEqual([here.pointer, here.place, here.secretField], ['/params/arguments/support', 'value', undefined]);
  const passes = { operator: 'pass', by: 'default' };
  assert.deepEqual(
    ['US_SSN', 'EMAIL_ADDRESS', 'PERSON', 'CREDIT_CARD', 'IBAN_CODE', 'URL'].map((entity) => of(here, entity)),
    [
      ['US_SSN', true, { operator: 'block', by: 0 }, { operator: 'block', by: 0 }, true],
      ['EMAIL_ADDRESS', true, { operator: 'exempt', by: 1 }, { operator: 'exempt', by: 1 }, false],
      ['PERSON', true, { operator: 'token', by: 'default' }, { operator: 'format', by: 2 }, false],
      ['CREDIT_CARD', true, { operator: 'redact', by: 'raised' }, { operator: 'redact', by: 'default' }, false],
      ['IBAN_CODE', true, { operator: 'token', by: 'default' }, passes, false],
      ['URL', false, passes, passes, false],
    ].map(([entity, isLookedFor, store, inline, blocks]) => ({ entity, isLookedFor, store, inline, blocks })),
  );
  assert.deepEqual(
    here.rules.map(({ elsewhere }) => elsewhere),
    [undefined, undefined, undefined, 'calls', 'connections'],
  );
});

test('another direction, caller, connection or place is explained by other rules', () => {
  const answer = explainPointer(compileMasking(SETTINGS), { ...ASKED, direction: 'response', groups: [] }, ['result']);
  assert.deepEqual(
    answer.rules.map(({ elsewhere }) => elsewhere),
    ['direction', 'pointers', 'audience', 'calls', 'connections'],
  );
  assert.equal(of(answer, 'US_SSN')?.blocks, false);
  assert.equal(of(answer, 'PERSON')?.inline.operator, 'pass');
});

test('what nobody looks into, what a message is known by, and what stands under the name of a secret is told', () => {
  const opaque = explain(['params', '_meta', 'progressToken', 'x']);
  assert.deepEqual([opaque.place, opaque.entities], ['opaque', []]);
  const name = explain(['params', 'name']);
  assert.equal(name.place, 'envelope');
  assert.deepEqual(of(name, 'US_SSN')?.inline, { operator: 'pass', by: 'default' });
  assert.equal(of(name, 'US_SSN')?.blocks, false);
  const secret = explain(['params', 'arguments', 'magic', 0, 'deep']);
  assert.equal(secret.secretField, '/params/arguments/magic');
  assert.equal(of(secret, 'SECRET')?.store.operator, 'token');
});

test('what is explained is what happens', () => {
  const masker = createMasker(SETTINGS);
  const values: Readonly<Record<string, string>> = {
    US_SSN: 'SSN 536-90-4399',
    EMAIL_ADDRESS: 'ada@acme.com',
    CREDIT_CARD: '4012888888881881',
    IBAN_CODE: 'DE89370400440532013000',
    MAC_ADDRESS: '00:1B:44:11:3A:B7',
    IP_ADDRESS: '81.2.69.142',
  };
  for (const path of [
    ['params', 'arguments', 'support'],
    ['params', 'arguments', 'x'],
    ['params', 'name'],
  ] as const)
    for (const direction of ['request', 'response'] as const)
      for (const [entity, value] of Object.entries(values)) {
        const situation = { ...ASKED, direction };
        const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
        const doc = parseJson(Buffer.from(JSON.stringify({ method: ASKED.method, ...nested })), {
          depth: 9,
          nodes: 99,
        });
        assert.ok(doc.ok);
        const masked = masker.maskMessage(doc.value, { ...situation, secrets: masker.secretsOf([]) });
        assert.ok(masked.ok);
        const finding = masked.value.findings.find(({ type }) => type === entity);
        const said = of(explainPointer(compileMasking(SETTINGS), situation, path), entity);
        const passes = (operator = 'pass'): string => (operator === 'exempt' ? 'pass' : operator);
        assert.deepEqual(
          [passes(said?.store.operator), passes(said?.inline.operator), said?.blocks],
          [finding?.store ?? 'pass', finding?.inline ?? 'pass', masked.value.isBlocked],
          `${entity} at ${path.join('/')}, ${direction}`,
        );
      }
});
