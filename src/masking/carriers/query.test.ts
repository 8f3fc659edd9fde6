import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeQueryValue, queryPairs } from '#masking/carriers/query.ts';

const read = (text: string) =>
  queryPairs(text).map(({ name, start, end, value }) => [name, text.slice(start, end), value]);

test('pairs of a URI and of a form are found with what they say', () => {
  assert.deepEqual(read('db://people/find?name=Ada+Lovelace&b%20c=%40x#top'), [
    ['name', 'Ada+Lovelace', 'Ada Lovelace'],
    ['b c', '%40x', '@x'],
  ]);
  assert.deepEqual(read('a=1&b=2'), [
    ['a', '1', '1'],
    ['b', '2', '2'],
  ]);
});

test('a text, an assignment, and what cannot be decoded make no pairs that are not there', () => {
  assert.deepEqual(read('a = b & c = d'), []);
  assert.deepEqual(read('a=b'), []);
  assert.deepEqual(read('x:?a=%zz'), [['a', '%zz', '%zz']]);
  assert.deepEqual(read('x:?a=&=b&c'), []);
});

test('a placeholder stays readable in a query, other text is encoded', () => {
  assert.equal(encodeQueryValue('[PERSON:k1:abc] & co'), '[PERSON:k1:abc]%20%26%20co');
});
