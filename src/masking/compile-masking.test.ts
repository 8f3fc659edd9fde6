import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileMasking } from '#masking/compile-masking.ts';
import { ScanBudget } from '#masking/engine/budget.ts';
import { NO_PLACE } from '#masking/engine/place.ts';
import type { MaskerSettings } from '#masking/masking-settings.ts';

const SETTINGS: MaskerSettings = { key: Buffer.alloc(32, 1), store: { operator: 'token', fields: [] } };
const ANY = { connection: 'crm', direction: 'request', method: '' } as const;

test('what only a rule names is looked for too', () => {
  const { detection } = compileMasking({
    ...SETTINGS,
    store: { ...SETTINGS.store, detectors: ['PERSON'] },
    rules: [{ entities: new Set(['URL']), copies: new Set(['inline']), operator: 'redact' }],
  });
  const found = detection?.engine.scan('see https://acme.com/x for ada@acme.com', NO_PLACE, new ScanBudget());
  assert.ok(found?.ok);
  assert.deepEqual(
    found.value.map(({ type }) => type),
    ['URL'],
  );
});

test('tokens are made with the newest key, and what earlier keys made is recognised', () => {
  const before = compileMasking({ ...SETTINGS, store: { operator: 'format', fields: [], detectors: 'default' } });
  const after = compileMasking({
    ...SETTINGS,
    store: { operator: 'format', fields: [], detectors: 'default' },
    furtherKeys: new Map([['k2', Buffer.alloc(32, 2)]]),
  });
  const token = (masking: typeof before): string => masking.forSecrets.put('SECRET', 'x');
  assert.match(token(before), /^\[SECRET:k1:/);
  assert.match(token(after), /^\[SECRET:k2:/);
  const card = (masking: typeof before): string =>
    masking.plan.forMessage(ANY).decide('CREDIT_CARD', []).store?.put('CREDIT_CARD', '4111111111111111') ?? '';
  assert.match(card(before), /^9999/);
  assert.notEqual(card(before), card(after));
  for (const made of [token(before), card(before), card(after)])
    assert.equal(after.placeholders.isWhole(made), true, made);
});

test('a secret in the stored copy is never dropped, shown in part or replaced by its form by default', () => {
  for (const operator of ['drop', 'partial', 'format'] as const)
    assert.equal(compileMasking({ ...SETTINGS, store: { operator, fields: [] } }).forSecrets.name, 'token');
  assert.equal(compileMasking({ ...SETTINGS, store: { operator: 'redact', fields: [] } }).forSecrets.name, 'redact');
});

test('tools are names of tools, names are patterns as in levels; one of either is enough', () => {
  const { plan } = compileMasking({
    ...SETTINGS,
    rules: [
      {
        tools: ['find_*'],
        names: ['resources/read:crm://*', 'prompts/*'],
        copies: new Set(['inline', 'store']),
        operator: 'redact',
      },
    ],
  });
  const cases = [
    ['tools/call', 'find_person', true],
    ['tools/call', 'refind_person', false],
    ['prompts/get', 'find_x', true],
    ['resources/read', 'crm://people', true],
    ['resources/read', 'erp://people', false],
    ['', '', false],
  ] as const;
  for (const [method, name, applies] of cases) {
    const { inline } = plan.forMessage({ ...ANY, method, name }).decide('PERSON', []);
    assert.equal(inline !== undefined, applies, `${method}:${name}`);
  }
});
