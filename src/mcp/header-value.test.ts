import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decodeHeaderValue, encodeHeaderValue } from '#mcp/header-value.ts';

test("the specification's examples are encoded as it shows", () => {
  assert.equal(encodeHeaderValue('us-west1'), 'us-west1');
  assert.equal(encodeHeaderValue('Hello, 世界'), '=?base64?SGVsbG8sIOS4lueVjA==?=');
  assert.equal(encodeHeaderValue(' padded '), '=?base64?IHBhZGRlZCA=?=');
  assert.equal(encodeHeaderValue('line1\nline2'), '=?base64?bGluZTEKbGluZTI=?=');
  assert.equal(encodeHeaderValue('=?base64?literal?='), '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=');
});

test('every string comes back from its encoding, which is visible ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const encoded = encodeHeaderValue(value);
      assert.match(encoded, /^[\x20-\x7e\t]*$/);
      assert.equal(decodeHeaderValue(encoded), value);
    }),
  );
});

test('an encoding that is not the canonical Base64 of UTF-8 is refused', () => {
  const inner = ['YQ', 'YQ=', 'YR==', 'Y Q==', 'YQ==\t', 'YQ-_', '/w==', '77+', '=', 'YQ==YQ=='];
  for (const value of inner) assert.equal(decodeHeaderValue(`=?base64?${value}?=`), undefined, value);
  assert.equal(decodeHeaderValue('=?base64?7aCA?='), undefined);
});

test('what lacks the exact markers is taken as it stands', () => {
  for (const value of ['=?BASE64?YQ==?=', '=?base64?YQ==', '=?base64?=', 'base64?YQ==?=', '', 'a b']) {
    assert.equal(decodeHeaderValue(value), value);
  }
});

test('a plain value with control characters, non-ASCII or outer spaces is refused', () => {
  for (const value of ['\u00e9', 'a\u0000', 'a\nb', ' a', 'a ', '\u007f', 'a\u0080']) {
    assert.equal(decodeHeaderValue(value), undefined);
  }
});
