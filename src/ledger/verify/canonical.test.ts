import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as holds, constant, dictionary, nat, oneof, property, string } from 'fast-check';
import {
  canonicalJson,
  exactBase64,
  exactText,
  isCanonical,
  isCount,
  parseExactObject,
  quoted,
} from '#ledger/verify/canonical.ts';

test('base64 with free bits set, without padding, of the URL alphabet or with spaces is refused', () => {
  assert.deepEqual(exactBase64('AAE='), Buffer.from([0, 1]));
  for (const text of ['AAF=', 'AAE', 'AA_=', 'AA E=', 'AAE=\n', '=', 'AAE=='])
    assert.equal(exactBase64(text), undefined, text);
  assert.equal(exactBase64('AAE=', 3), undefined);
});

test('bytes that are not UTF-8 are no text, and a byte order mark stays part of it', () => {
  assert.equal(exactText(Buffer.from([0xc3, 0x28])), undefined);
  assert.equal(exactText(Buffer.from([0xed, 0xa0, 0x80])), undefined);
  assert.equal(exactText(Buffer.from('\ufeffx')), '\ufeffx');
});

test('canonical JSON sorts keys by UTF-16 code unit at every depth', () => {
  assert.equal(canonicalJson({ b: [{ z: 1, y: null }], a: '\u00e9\n' }), '{"a":"\u00e9\\n","b":[{"y":null,"z":1}]}');
  assert.equal(canonicalJson({ '\ufb33': 1, '\u{1f600}': 2 }), '{"\u{1f600}":2,"\ufb33":1}');
});

test('only one spelling of a value is canonical', () => {
  const value = dictionary(string(), oneof(nat(), string(), constant(null), array(nat())));
  let spaced = 0;
  holds(
    property(value, nat(), (object, place) => {
      const text = canonicalJson(object);
      assert.ok(isCanonical(Buffer.from(text), JSON.parse(text)));
      const at = place % (text.length + 1);
      const other = `${text.slice(0, at)} ${text.slice(at)}`;
      const read = parsed(other);
      // A space inside a string makes another value, inside a number no value at all.
      if (canonicalJson(read) !== text) return;
      spaced += 1;
      assert.equal(isCanonical(Buffer.from(other), read), false);
    }),
    { numRuns: 300 },
  );
  assert.ok(spaced > 50);
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

test('an object with a missing, a further or a prototype key is refused', () => {
  const parse = (text: string) => parseExactObject(Buffer.from(text), ['a']);
  assert.deepEqual(parse('{"a":1}'), { ok: true, value: { a: 1 } });
  for (const text of ['{}', '{"a":1,"b":1}', '{"a":1,"__proto__":1}', '{"__proto__":1}', '[]', 'null', '{"a":1']) {
    assert.equal(parse(text).ok, false, text);
  }
});

test('a count is a whole number from 0 that JavaScript holds exactly', () => {
  assert.ok(isCount(0) && isCount(Number.MAX_SAFE_INTEGER));
  for (const value of [-1, 1.5, 2 ** 53, '1', null, undefined, Number.NaN]) assert.equal(isCount(value), false);
});

test('a quoted value is escaped and short', () => {
  assert.equal(quoted('a\u001b[31m'), String.raw`"a\u001b[31m"`);
  assert.ok(quoted('x'.repeat(10_000)).length < 100);
  assert.equal(quoted(undefined), 'nothing');
});
