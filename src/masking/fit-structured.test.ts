import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitStructured } from '#masking/fit-structured.ts';
import { compileSchema } from '#masking/output-schema.ts';
import { parseJson, spliceText } from '#mcp/json.ts';

const LIMITS = { depth: 64, nodes: 1_000 };
function copy(value: unknown) {
  const doc = parseJson(Buffer.from(JSON.stringify({ pad: 1, value })), LIMITS);
  assert.ok(doc.ok && doc.value.root.kind === 'object');
  return { text: doc.value.text, node: doc.value.root.members[1]!.value };
}

async function fit(schema: object, was: unknown, masked: unknown): Promise<unknown> {
  const check = await compileSchema(JSON.stringify(schema));
  assert.ok(check.ok);
  const of = copy(masked);
  const found = fitStructured(copy(was), of, check.value);
  if (found.kind === 'does_not_fit') return found.kind;
  const { value } = JSON.parse(spliceText(of.text, found.edits)) as { value: unknown };
  if (found.edits.length > 0) assert.deepEqual(check.value.faults(value), []);
  return value;
}

const object = (properties: object, more: object = {}) => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...more,
});

test('a token stays where any text will do', async () => {
  assert.deepEqual(await fit(object({ a: { type: 'string' } }), { a: 'x' }, { a: '[T]' }), { a: '[T]' });
});

test('each constraint gets a value that keeps it: type, format, pattern, length, enum', async () => {
  const cases: readonly (readonly [schema: object, was: unknown, expected: unknown])[] = [
    [{ type: 'integer', minimum: 1 }, 4_111_111_111_111_111, 1],
    [{ type: 'number' }, 3.5, 0],
    [{ format: 'email', type: 'string' }, 'ada@example.com', 'masked@masked.invalid'],
    [{ format: 'date', type: 'string' }, '1815-12-10', '1970-01-01'],
    [{ format: 'ipv4', type: 'string' }, '10.1.2.3', '192.0.2.0'],
    [
      { format: 'uuid', type: 'string' },
      '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
      '00000000-0000-0000-0000-000000000000',
    ],
    [{ pattern: '^\\d{3}-\\d{2}-\\d{4}$', type: 'string' }, '078-05-1120', '000-00-0000'],
    [{ pattern: '^[1-9]\\d+$', type: 'string' }, '4155550123', '1111111111'],
    [{ maxLength: 5, type: 'string' }, 'Ada', '[TOKE'],
    [{ minLength: 12, type: 'string' }, 'Ada Lovelace', '[TOKEN]*****'],
    [{ enum: ['Ada', 'Bob'] }, 'Ada', 'Bob'],
  ];
  for (const [schema, was, expected] of cases)
    assert.deepEqual(
      await fit(object({ a: { type: 'array', items: schema } }), { a: [was] }, { a: ['[TOKEN]'] }),
      { a: [expected] },
      JSON.stringify(schema),
    );
});

test('several places are mended, also under one of several branches', async () => {
  const schema = object({
    a: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] },
    'b/~': { type: 'string', format: 'uri' },
  });
  assert.deepEqual(await fit(schema, { a: 123_456_789, 'b/~': 'https://ada.example' }, { a: '[T]', 'b/~': '[T]' }), {
    a: 0,
    'b/~': 'https://masked.invalid/',
  });
});

test('what cannot be mended is told: only the masked value itself would fit, or a key was masked', async () => {
  assert.equal(await fit(object({ a: { const: 'Ada' } }), { a: 'Ada' }, { a: '[T]' }), 'does_not_fit');
  assert.equal(await fit(object({ ada: {} }), { ada: 1 }, { '[T]': 1 }), 'does_not_fit');
  assert.equal(
    await fit(object({ a: { type: 'object', properties: { b: {} } } }), { a: { b: 1 } }, { a: '[T]' }),
    'does_not_fit',
  );
});

test('what did not fit before masking is left as masking made it', async () => {
  assert.deepEqual(await fit(object({ a: { type: 'integer' } }), { a: 'Ada' }, { a: '[T]' }), { a: '[T]' });
});
