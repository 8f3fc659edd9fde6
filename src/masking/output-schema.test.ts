import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileSchema } from '#masking/output-schema.ts';
import { LIMITS } from '#limits.ts';

async function faults(schema: object, value: unknown): Promise<string[]> {
  const check = await compileSchema(JSON.stringify(schema));
  assert.ok(check.ok);
  return check.value.faults(value).map(({ pointer }) => pointer);
}

test('a value is checked by types, patterns and formats, and every fault is told', async () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { a: { type: 'integer' }, b: { type: 'string', pattern: '^x+$' }, 'c/d': { format: 'email' } },
  };
  assert.deepEqual(await faults(schema, { a: 1, b: 'xx', 'c/d': 'a@b.example' }), []);
  assert.deepEqual(await faults(schema, { a: 'x', b: 'y', 'c/d': 'z' }), ['/a', '/b', '/c~1d']);
});

test('a schema that refers elsewhere, that is too large, or that RE2 cannot read is unusable and nothing is fetched', async (t) => {
  t.mock.method(globalThis, 'fetch', () => assert.fail('fetched'));
  for (const schema of [
    '{"$ref":"https://evil.example/schema.json"}',
    '{"pattern":"(?=a)b"}',
    '{"type":"nonsense"}',
    'not JSON',
  ]) {
    const check = await compileSchema(schema);
    assert.equal(!check.ok && check.error, 'unusable', schema);
  }
  const large = await compileSchema(JSON.stringify({ description: 'x'.repeat(LIMITS.outputSchemaBytes) }));
  assert.equal(!large.ok && large.error, 'too_large');
});

test('older dialects are read, and two schemas with one $id do not meet', async () => {
  const id = 'https://example.com/s';
  assert.deepEqual(
    await faults({ $schema: 'http://json-schema.org/draft-07/schema#', $id: id, type: 'string' }, 'a'),
    [],
  );
  assert.deepEqual(await faults({ $id: id, type: 'number' }, 'a'), ['']);
});

test('a pattern made to be slow is not', async () => {
  const many = 'a'.repeat(50_000);
  assert.deepEqual(await faults({ pattern: '^(a+)+$' }, `${many}!`), ['']);
});
