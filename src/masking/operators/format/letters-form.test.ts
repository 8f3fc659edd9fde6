import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';
import { lettersForm } from '#masking/operators/format/letters-form.ts';

const made = (value: string): string | undefined =>
  lettersForm.make(value, new KeyedDraw(Buffer.alloc(32), value), 'PERSON');
const found = (text: string): readonly string[] =>
  lettersForm.spans(text).map(({ start, end }) => text.slice(start, end));

test('length, case and what separates words stay', () => {
  assert.match(made("Jean-Luc O'Neill") ?? '', /^[XQZ][xqz]{3}-[XQZ][xqz]{2} [XQZ]'[XQZ][xqz]{4}$/);
  assert.match(made('Пётр') ?? '', /^[XQZ][xqz]{3}$/);
  assert.equal(made('Agent 47'), undefined);
});

test('names of these letters are found in a text without the words beside them', () => {
  assert.deepEqual(found('Contact Qxz Zzxq today, or x quiz, or Q'), ['Qxz Zzxq']);
  assert.deepEqual(found('Ada Xu'), []);
});
