/** Whatever `masking` says, the stored copy is never looser than the caller's: for each finding, and for the values themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileMasking } from '#masking/compile-masking.ts';
import type { MaskerSettings, RuleSettings } from '#masking/masking-settings.ts';
import { createMasker } from '#masking/masker.ts';
import type { OperatorChoice } from '#masking/operators/choice.ts';
import { PASS_STRICTNESS } from '#masking/operators/operator.ts';
import { parsePointerPattern } from '#masking/plan-pointer.ts';
import type { Copy } from '#masking/plan-rule.ts';
import { parseJson } from '#mcp/json.ts';

const choice: fc.Arbitrary<OperatorChoice> = fc.oneof(
  fc.constantFrom('token', 'redact', 'partial', 'format', 'drop', 'block'),
  fc.record({ partial: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ replace: fc.constantFrom('(removed)', '***') }),
);
const TYPES = ['EMAIL_ADDRESS', 'PERSON', 'US_SSN', 'CREDIT_CARD', 'SECRET', 'URL'] as const;
const types = fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1 });
const pointer = fc
  .constantFrom('/**', '/result/**', '/result/structuredContent/*', '/result/content/*/text')
  .map((text) => {
    const read = parsePointerPattern(text);
    if (!read.ok) throw new Error(read.error);
    return read.value;
  });
const copies = fc
  .constantFrom<readonly Copy[]>(['inline'], ['store'], ['inline', 'store'])
  .map((list): ReadonlySet<Copy> => new Set(list));
const rule: fc.Arbitrary<RuleSettings> = fc
  .record(
    {
      entities: types.map((list): ReadonlySet<string> => new Set(list)),
      connections: fc.constantFrom<ReadonlySet<string>>(new Set(['crm']), new Set(['erp'])),
      pointers: fc.array(pointer, { minLength: 1, maxLength: 2 }),
      direction: fc.constantFrom('request' as const, 'response' as const),
      groups: fc.constantFrom(['okta:support'], ['okta:audit']),
    },
    { requiredKeys: [] },
  )
  .chain((when) =>
    fc.record({ copies, operator: fc.option(choice, { nil: undefined }) }).map((does) => ({ ...when, ...does })),
  );
const settings: fc.Arbitrary<MaskerSettings> = fc.record({
  key: fc.constant(Buffer.alloc(32, 1)),
  store: fc.record({
    operator: choice,
    fields: fc.constant([]),
    detectors: fc.oneof(fc.constant('default' as const), types),
  }),
  inline: fc.option(fc.record({ detectors: types, operator: choice, connections: fc.constant(['*']) }), {
    nil: undefined,
  }),
  rules: fc.array(rule, { maxLength: 6 }),
});
const situation = fc.record({
  connection: fc.constantFrom('crm', 'erp', 'notes'),
  direction: fc.constantFrom('request' as const, 'response' as const),
  method: fc.constant('tools/call'),
  groups: fc.subarray(['okta:support', 'okta:audit']),
});

test('for each finding the stored operator is at least as strict as the one of the caller, and a secret is never kept', () => {
  const path = fc.constantFrom(['result', 'structuredContent', 'a'], ['result', 'content', 0, 'text'], ['params', 'x']);
  fc.assert(
    fc.property(settings, situation, path, fc.constantFrom(...TYPES), (one, message, at, type) => {
      const plan = compileMasking(one).plan.forMessage(message);
      const { store, inline } = plan.decide(type, at);
      assert.ok((store?.strictness ?? PASS_STRICTNESS) >= (inline?.strictness ?? PASS_STRICTNESS));
      if (type !== 'SECRET') return;
      assert.ok(store?.name !== 'partial' && store?.name !== 'format');
      assert.ok(inline?.name !== 'partial' && inline?.name !== 'format');
    }),
    { numRuns: 300 },
  );
});

const VALUES = [
  'ada.lovelace@acme.com',
  '078-05-1120',
  '4111 1111 1111 1111',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
];
const MESSAGE = JSON.stringify({
  result: {
    content: [{ type: 'text', text: `mail ada.lovelace@acme.com, ssn 078-05-1120 and ${VALUES[3]}` }],
    structuredContent: {
      a: VALUES[0],
      b: [VALUES[1], { card: VALUES[2], password: 'hunter2-hunter2' }],
      c: JSON.stringify(VALUES),
    },
  },
});

test('a value that the caller does not get is not kept either, and secrets are never kept', () => {
  const doc = parseJson(Buffer.from(MESSAGE), { depth: 16, nodes: 1_000 });
  assert.ok(doc.ok);
  fc.assert(
    fc.property(settings, situation, (one, message) => {
      const masker = createMasker(one);
      const masked = masker.maskMessage(doc.value, { ...message, secrets: masker.secretsOf([]) });
      assert.ok(masked.ok);
      const { stored, send } = masked.value;
      JSON.parse(stored.toString());
      JSON.parse(send.toString());
      for (const value of VALUES) {
        const count = (text: string): number => text.split(value).length;
        assert.ok(
          count(stored.toString()) <= count(send.toString()),
          `${value}\n${stored.toString()}\n${send.toString()}`,
        );
      }
      assert.ok(!stored.includes('hunter2-hunter2'));
    }),
    { numRuns: 300 },
  );
});
