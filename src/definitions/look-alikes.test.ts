import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { spelledOut, textPieces } from '#definitions/look-alikes.ts';

const marked = (text: string): string =>
  textPieces(text)
    .map((piece) => (piece.kind === 'plain' ? piece.text : `<${piece.text.codePointAt(0)?.toString(16)}>`))
    .join('');

test('a letter of another script inside a Latin word is told', () => {
  assert.equal(marked('p\u0430ypal.com'), 'p<430>ypal.com');
  assert.equal(marked('delete_\u0441ustomer'), 'delete_<441>ustomer');
  assert.equal(marked('\u039fffice'), '<39f>ffice');
  assert.equal(marked('ex\u0578'), 'ex<578>');
});

test('a word all in letters that pass for Latin ones is told, unless the text shows that it is the other script', () => {
  assert.equal(marked('\u0441\u043e\u0440'), '<441><43e><440>');
  assert.equal(marked('Удалить сор и всё'), 'Удалить сор и всё');
  assert.equal(marked('Ж /data/\u0441\u043e\u0440'), 'Ж /data/<441><43e><440>');
  assert.equal(marked('файл report.pdf с подписью'), 'файл report.pdf с подписью');
});

test('copies of ASCII, spaces that are none, foreign digits and marks that pass for ASCII ones are told', () => {
  for (const [text, told] of [
    ['\uff50ay', '<ff50>ay'],
    ['\u{1d5ba}dmin', '<1d5ba>dmin'],
    ['a\u00a0b', 'a<a0>b'],
    ['a\u2003b', 'a<2003>b'],
    ['/etc\u2215passwd', '/etc<2215>passwd'],
    ['example\u2024com', 'example<2024>com'],
    ['amount \u09ea2', 'amount <9ea>2'],
    ['টাকা 1\u09ea', 'টাকা 1<9ea>'],
    ['rm \u2010rf', 'rm <2010>rf'],
    ['a\u0338b', 'a<338>b'],
    ['z\u0300\u0301\u0302', 'z\u0300\u0301<302>'],
    ['\u0269d', '<269>d'],
  ] as const)
    assert.equal(marked(text), told, JSON.stringify(text));
});

test('what cannot be seen is told, also in emoji', () => {
  assert.equal(marked('a\u202eb\u200b\u{e0041}'), 'a<202e>b<200b><e0041>');
  assert.equal(marked('👩‍💻'), '👩<200d>💻');
});

test('what people write every day stays as it is', () => {
  for (const text of [
    'Größe, naïve café, Đặng Thị Hà, Łódź — dashes – and more…',
    '日本語のTシャツ',
    'עברית ١٢٣ العربية',
    'हिन्दी',
    'Привет, мир: 7 строк',
    'Καλημέρα κόσμε',
    'টাকা ৪২',
    'Δt = 3 μm, β2',
    'plain\n\ttext 😀',
  ])
    assert.equal(marked(text), text, text);
});

test('the pieces are the whole text, in order, whatever it is', () => {
  const unit = fc.constantFrom('a', '\u0430', '\u200b', '\u0301', '\u{1d5ba}', '9', '\u09ea', ' ', '\n', '\ud800', 'Ж');
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit, maxLength: 30 })), (text) => {
      assert.equal(
        textPieces(text)
          .map((piece) => piece.text)
          .join(''),
        text,
      );
    }),
    { numRuns: 1_000 },
  );
});

test('as one line, what looks like another letter stands before its code, and what cannot be seen is its code alone', () => {
  assert.equal(spelledOut('p\u0430y\u200b\nnow\u00a0!'), 'p\u0430\\u{430}y\\u{200b}\\nnow\\u{a0}!');
});
