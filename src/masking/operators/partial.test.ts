import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createPartial, partialOf, partialSpans } from '#masking/operators/partial.ts';

test('the end stays, separators stay, everything else is a star', () => {
  assert.equal(partialOf('4111 1111 1111 1111', 4), '**** **** **** 1111');
  assert.equal(partialOf('ada@example.com', 4), '***@*******.com');
  assert.equal(partialOf('+1 (415) 555-2671', 4), '+* (***) ***-2671');
  assert.equal(partialOf('Ada Lovelace', 4), '*** ****lace');
  assert.equal(createPartial(2).put('US_SSN', '123-45-6789'), '***-**-**89');
});

test('at most half of a value stays, and no word of its own', () => {
  assert.equal(partialOf('abcd', 8), '**cd');
  assert.equal(partialOf('a', 8), '*');
  assert.equal(partialOf('Ada Li', 4), '*** **');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (value, keep) => {
      const shown = Array.from(partialOf(value, keep)).filter((char) => /[\p{L}\p{N}]/u.test(char)).length;
      const all = Array.from(value).filter((char) => /[\p{L}\p{N}]/u.test(char)).length;
      assert.ok(shown <= keep && shown <= all / 2, `${value} ${partialOf(value, keep)}`);
    }),
  );
});

test('an output is recognised in a text, and what shows more than it hides is not one', () => {
  for (const output of ['**** **** **** 1111', '***@*******.com', '*** ****lace', '*b', '****']) {
    const text = `see ${output}, please`;
    assert.deepEqual(
      partialSpans(text).map(({ start, end }) => text.slice(start, end)),
      [output],
    );
  }
  for (const text of ['**Lovelace**', '* item', 'a * 4155552671', '**bold** text'])
    assert.ok(
      partialSpans(text).every(({ start, end }) => !/[\p{L}\p{N}]{3}/u.test(text.slice(start, end))),
      text,
    );
});
