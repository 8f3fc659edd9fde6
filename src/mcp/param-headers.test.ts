import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '#mcp/json.ts';
import type { JsonNode } from '#mcp/json.ts';
import { paramHeaderPairs, paramHeadersOf } from '#mcp/param-headers.ts';

function node(value: unknown): JsonNode {
  const doc = parseJson(Buffer.from(JSON.stringify(value)), { depth: 64, nodes: 10_000 });
  assert.ok(doc.ok);
  return doc.value.root;
}
const region = { type: 'string', 'x-mcp-header': 'Region' };
const schema = (properties: object, more: object = {}) => node({ type: 'object', properties, ...more });

test('annotated parameters are found by their path, nested ones too', () => {
  const nested = { type: 'object', properties: { dry: { type: 'boolean', 'x-mcp-header': 'Dry-Run' } } };
  assert.deepEqual(paramHeadersOf(schema({ region, options: nested, other: { type: 'string' } })), {
    ok: true,
    value: [
      { name: 'Region', path: ['region'] },
      { name: 'Dry-Run', path: ['options', 'dry'] },
    ],
  });
  assert.deepEqual(paramHeadersOf(undefined), { ok: true, value: [] });
});

test('an annotation that breaks a rule makes the definition invalid', () => {
  for (const [invalid, fault] of [
    [schema({ a: { ...region, 'x-mcp-header': '' } }), 'not_a_token'],
    [schema({ a: { ...region, 'x-mcp-header': 'a b' } }), 'not_a_token'],
    [schema({ a: { ...region, 'x-mcp-header': 'a\r\nb' } }), 'not_a_token'],
    [schema({ a: { ...region, 'x-mcp-header': 7 } }), 'not_a_token'],
    [schema({ a: region, b: { ...region, 'x-mcp-header': 'REGION' } }), 'repeated'],
    [schema({ a: { ...region, type: 'number' } }), 'not_primitive'],
    [schema({ a: { ...region, type: 'object' } }), 'not_primitive'],
    [schema({ a: { 'x-mcp-header': 'A' } }), 'not_primitive'],
    [node({ ...region }), 'unreachable'],
    [schema({ a: { type: 'array', items: region } }), 'unreachable'],
    [schema({}, { oneOf: [{ properties: { a: region } }] }), 'unreachable'],
    [schema({}, { if: { properties: { a: region } } }), 'unreachable'],
    [schema({ a: { $ref: '#/$defs/r' } }, { $defs: { r: region } }), 'unreachable'],
  ] as const) {
    assert.deepEqual(paramHeadersOf(invalid), { ok: false, error: fault });
  }
  const many = Object.fromEntries(
    Array.from({ length: 65 }, (_, n) => [`p${n}`, { ...region, 'x-mcp-header': `H${n}` }]),
  );
  assert.deepEqual(paramHeadersOf(schema(many)), { ok: false, error: 'too_many' });
});

test('a parameter named like the annotation, or an example that looks like one, is none', () => {
  const plain = schema({ 'x-mcp-header': { type: 'string' } }, { examples: [{ x: region }], default: { y: region } });
  assert.deepEqual(paramHeadersOf(plain), { ok: true, value: [] });
});

test('values are written as the revision says, absent and null ones not at all', () => {
  const headers = ['s', 'i', 'b', 'n', 'gone', 'odd', 'deep'].map((name) => ({ name, path: [name] }));
  const given = node({ s: ' Grüße ', i: 42, b: false, n: null, odd: 1.5, deep: { x: 1 } });
  assert.deepEqual(paramHeaderPairs(headers, given), [
    ['mcp-param-s', '=?base64?IEdyw7zDn2Ug?='],
    ['mcp-param-i', '42'],
    ['mcp-param-b', 'false'],
  ]);
  assert.deepEqual(paramHeaderPairs(headers, undefined), []);
});
