/** What holds for every operator, whatever it stands in: nothing of a value is left, and masking twice is masking once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { MaskerSettings } from '#masking/masking-settings.ts';
import { createMasker, type MaskedMessage } from '#masking/masker.ts';
import type { OperatorChoice } from '#masking/operators/choice.ts';
import { parseJson } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';

const CHOICES: readonly OperatorChoice[] = [
  'token',
  'redact',
  'format',
  'drop',
  'partial',
  { partial: 8 },
  { replace: '(removed)' },
  { replace: '***' },
];
const nameOf = (choice: OperatorChoice): string => JSON.stringify(choice);
const settingsOf = (operator: OperatorChoice, more: Partial<MaskerSettings> = {}): MaskerSettings => ({
  key: Buffer.alloc(32, 1),
  store: { operator, fields: [], detectors: 'default' },
  inline: { detectors: 'default', operator, connections: ['*'] },
  ...more,
});

function mask(text: string, settings: MaskerSettings): MaskedMessage {
  const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok, text);
  const masker = createMasker(settings);
  const result = masker.maskMessage(doc.value, {
    direction: 'response',
    connection: 'crm',
    method: 'tools/call',
    name: 'find',
    secrets: masker.secretsOf([]),
  });
  assert.ok(result.ok, result.ok ? '' : result.error.reason);
  return result.value;
}

const VALUES = [
  'ada.lovelace@acme.com',
  '4111 1111 1111 1111',
  '4111111111111111',
  '378282246310005',
  '078-05-1120',
  'DE89 3704 0044 0532 0130 00',
  'GB82WEST12345698765432',
  '10.20.30.40',
  '2606:4700::1111',
  'aa:bb:cc:dd:ee:ff',
  '+1 (415) 555-2671',
  '+44 20 7946 0958',
  'Ada Lovelace',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
];

const answer = (structuredContent: object, text = 'ok'): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }], structuredContent } });

const PLACES: Readonly<Record<string, (value: string) => string>> = {
  string: (value) => answer({ value }),
  'inside a longer string': (value) => answer({}, `name: ${value} (call, ssn, iban, card) and more`),
  key: (value) => answer({ [value]: 1 }),
  'JSON inside a string': (value) => answer({ note: JSON.stringify({ value, list: [value, { deep: value }] }) }),
  list: (value) => answer({ list: [value, 'x', value] }),
  label: (value) => answer({ fields: [{ label: 'email', value }] }),
  column: (value) => answer({ columns: ['id', 'email'], rows: [[1, value]] }),
};

for (const choice of CHOICES) {
  test(`${nameOf(choice)} leaves no value in either copy, in any place, and valid JSON`, () => {
    for (const [place, put] of Object.entries(PLACES)) {
      for (const value of VALUES) {
        const before = put(value);
        const masked = mask(before, settingsOf(choice));
        if (masked.findings.length === 0) {
          assert.match(value, /^(?:Ada Lovelace|\+44)/, `${place}: ${value} is not found`);
          continue;
        }
        for (const copy of [masked.stored, masked.send]) {
          JSON.parse(copy.toString());
          assert.ok(!copy.includes(value), `${place}: ${value} in ${copy.toString()}`);
        }
        assert.ok(masked.findings.every(({ store, inline }) => store !== undefined && inline !== undefined));
      }
    }
  });

  test(`masking twice with ${nameOf(choice)} is masking once`, () => {
    // Found by an earlier run: the masked key was then taken for the name of a person's e-mail.
    const found = answer({ name: 'order', 'ada.lovelace@acme.com': '4111 1111 1111 1111' });
    const onceFound = mask(found, settingsOf(choice)).stored.toString();
    assert.equal(mask(onceFound, settingsOf(choice)).stored.toString(), onceFound);
    const word = fc.constantFrom(
      ...VALUES,
      'call',
      'card',
      'name:',
      'Dr.',
      'order',
      '12',
      '99,',
      '****',
      '(',
      ')',
      'x',
      'Q',
      '\n',
      '[PERSON]',
      '666-12-3456',
      '9999;',
      'ZZ12;',
      '"',
    );
    const leaf = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
    const key = fc.constantFrom(
      'email',
      'name',
      'phone',
      'password',
      'ssn',
      'note',
      'rows',
      'columns',
      ...VALUES.slice(0, 3),
    );
    const number = fc.constantFrom(4111111111111111, 4155552671, 12, 78051120);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 3 }, leaf, number, fc.array(tie('tree'), { maxLength: 4 }), tie('object')),
      object: fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    }));
    const doc = fc.oneof(
      tree,
      tree.map((inner) => ({ text: JSON.stringify(inner) })),
    );
    fc.assert(
      fc.property(doc, (value) => {
        const once = mask(answer({ value }), settingsOf(choice));
        for (const copy of [once.stored, once.send]) {
          const twice = mask(copy.toString(), settingsOf(choice));
          assert.equal(twice.stored.toString(), copy.toString());
          assert.equal(twice.send.toString(), copy.toString());
        }
      }),
      { numRuns: 150 },
    );
  });
}
