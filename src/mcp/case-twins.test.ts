import { test } from 'node:test';
import assert from 'node:assert/strict';
import { hasCaseTwin, keySet } from '#mcp/case-twins.ts';
import { parseJson } from '#mcp/json.ts';

const KEYS = keySet(['method', 'params', '_meta', 'progressToken']);

function isTwinned(text: string): boolean {
  const result = parseJson(Buffer.from(text), { depth: 8, nodes: 100 });
  assert.ok(result.ok);
  return hasCaseTwin(result.value.root, KEYS);
}

test('a key that differs from a looked-for one only in case is found', () => {
  for (const text of [
    '{"Method":1}',
    '{"method":1,"METHOD":2}',
    '{"_Meta":1}',
    '{"progresstoken":1}',
    '{"m\\u0045thod":1}',
  ]) {
    assert.equal(isTwinned(text), true, text);
  }
});

test('letters that Unicode folds to ASCII are found', () => {
  assert.equal(isTwinned('{"param\u017f":1}'), true);
  assert.equal(isTwinned('{"progressTo\u212aen":1}'), true);
});

test('exact and unrelated keys are no twins', () => {
  assert.equal(isTwinned('{"method":1,"params":{"Method":2},"methods":3,"":4}'), false);
  assert.equal(isTwinned('["Method"]'), false);
  assert.equal(hasCaseTwin(undefined, KEYS), false);
});
