import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestWord, wordAfter } from '#masking/engine/context.ts';

const FOR = new Set(['call', 'mobile']);
const AGAINST = new Set(['order']);
const before = (text: string) => nearestWord(text, text.length, FOR, AGAINST);

test('the word nearest before a value decides', () => {
  assert.equal(before('Order shipped, please call '), 'call');
  assert.equal(before('Call about order '), 'order');
  assert.equal(before('Order number one that we have all waited for is '), undefined);
  assert.equal(before(''), undefined);
});

test('a word after a value counts only in the same breath', () => {
  assert.equal(wordAfter('5550123 (mobile)', 7, FOR), 'mobile');
  assert.equal(wordAfter('5550123. Call me', 7, FOR), undefined);
});

test('how long a masked value is changes nothing about the words around it', () => {
  const words = new Set(['call', 'mobile']);
  for (const length of [1, 40, 200]) {
    const masked = `[${'~'.repeat(length)}]`;
    const text = `call ${masked} ${masked} 4155550123`;
    const start = text.length - 10;
    assert.equal(nearestWord(text, start, words, new Set()), 'call', `${length}`);
    assert.equal(wordAfter(`4155550123 ${masked} mobile`, 10, words), 'mobile', `${length}`);
  }
});

test('a word counts exactly when it stands in the set, whatever its case, its length and what it begins like', () => {
  const words = new Set(['call', 'móvil', 'ärztin', 'a', 'abcdefghijklmnopqrstuvwxyzabcdefghi', 'ruf']);
  const against = new Set(['order', 'usd', 'éa', 'call']);
  const others = [
    'cal',
    'calls',
    'ball',
    'ruff',
    'Ruf',
    'RUF',
    'MÓVIL',
    'Ärztin',
    'A',
    'ordem',
    'ORDER',
    'Usd',
    'ÉA',
    'x',
  ];
  for (const word of [...words, ...against, ...others]) {
    const lower = word.toLowerCase();
    const expected = words.has(lower) || against.has(lower) ? lower : undefined;
    assert.equal(nearestWord(`${word} `, word.length + 1, words, against), expected, word);
  }
});
