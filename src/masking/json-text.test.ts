import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { unescapedText } from '#masking/json-text.ts';
import { parseJson, type JsonNode } from '#mcp/json.ts';

function parsed(text: string): JsonNode {
  const doc = parseJson(Buffer.from(text), { depth: 64, nodes: 10_000 });
  assert.ok(doc.ok);
  return doc.value.root;
}

test('every string and key of a message can be searched for in its unescaped text', () => {
  const strings = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : value !== null && typeof value === 'object'
        ? Object.entries(value).flatMap(([key, child]) => [...(Array.isArray(value) ? [] : [key]), ...strings(child)])
        : [];
  fc.assert(
    fc.property(
      fc.jsonValue({ stringUnit: fc.constantFrom('"', '\\', '\n', 'a', '/', 'é', '😀', '\u0001') }),
      (value) => {
        const text = JSON.stringify(value);
        const unescaped = unescapedText(text, [parsed(text)]);
        for (const string of strings(JSON.parse(text))) assert.ok(unescaped.includes(string));
      },
    ),
  );
});

test('a text without escapes is not copied', () => {
  const text = '{"a":["b",1]}';
  assert.equal(unescapedText(text, [parsed(text)]), text);
});

test('what stands between the values of a sequence stays', () => {
  const text = '["a\\nb"] - [1]';
  assert.equal(unescapedText(text, [parsed('["a\\nb"]')]), '[a\nb] - [1]');
});
