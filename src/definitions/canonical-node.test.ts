import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalNode } from '#definitions/canonical-node.ts';
import { parseJson } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';

function canonical(text: string): string {
  const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok, text);
  return canonicalNode(doc.value.root);
}

test('the examples of RFC 8785 come out as the RFC spells them', () => {
  // Section 3.2.2 and 3.2.3, with the order of keys by UTF-16 code unit.
  assert.equal(
    canonical(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  assert.equal(
    canonical('{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}'),
    '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
  );
});

test('spelling does not count, values do', () => {
  assert.equal(canonical(' { "b" : 1.0 , "a":"\\u0061" } '), canonical('{"a":"a","b":1}'));
  assert.equal(canonical('[-0, 0.0, 0e7]'), '[0,0,0]');
  assert.notEqual(canonical('[1,2]'), canonical('[2,1]'));
  assert.notEqual(canonical('{"a":1}'), canonical('{"a":"1"}'));
});

test('numbers that doubles cannot tell apart stay apart', () => {
  const spellings = ['9007199254740993', '9007199254740992', '-9007199254740993', '1e400', '2e400', '0.1'];
  assert.equal(new Set(spellings.map(canonical)).size, spellings.length);
});

test('for all JSON, what is canonical stays as it is and means the same', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
      fc.pre(doc.ok);
      const once = canonical(text);
      assert.equal(canonical(once), once);
      assert.deepEqual(JSON.parse(once.replaceAll('-0', '0')), JSON.parse(text.replaceAll('-0', '0')));
    }),
    { numRuns: 300 },
  );
});
