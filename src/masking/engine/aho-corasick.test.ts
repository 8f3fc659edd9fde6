import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { WordSearch } from '#masking/engine/aho-corasick.ts';

function found(words: readonly string[], text: string): string[] {
  const hits: string[] = [];
  new WordSearch(words).search(text, (word, start) => hits.push(`${words[word]}@${start}`));
  return hits.sort();
}

test('every word is found wherever it stands, also inside another and in any case', () => {
  assert.deepEqual(found(['he', 'she', 'his', 'hers'], 'uSHErs'), ['he@2', 'hers@2', 'she@1']);
  assert.deepEqual(found(['token', 'key'], 'no such thing, é'), []);
});

test('only words that stand between the given places are found', () => {
  const hits: number[] = [];
  new WordSearch(['key']).search('key key key', (_, start) => hits.push(start), 1, 10);
  assert.deepEqual(hits, [4]);
});

test('the search finds what looking for one word after the other finds', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'é'), maxLength: 40 });
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 8 }), text, (words, inText) => {
      const expected: string[] = [];
      for (const one of words)
        for (let at = inText.toLowerCase().indexOf(one); at >= 0; at = inText.toLowerCase().indexOf(one, at + 1))
          expected.push(`${one}@${at}`);
      assert.deepEqual(found(words, inText), expected.sort());
    }),
  );
});

test('the bits of a text are those of the words in it, as far as they are wanted', () => {
  const words = ['he', 'she', 'his', 'hers'];
  const search = new WordSearch(words);
  const unions = search.unions((word) => 1 << word);
  const bits = (text: string, before = 0): number =>
    search.bitsIn(text, unions, before, (word, start) => (start === 0 ? 0 : 1 << word));
  assert.equal(bits('ushers his'), 0b1111);
  assert.equal(bits('his'), 0);
  assert.equal(bits('nobody', 0b100), 0b100);
  let asked = 0;
  search.bitsIn('she she she', unions, 0, (word) => {
    asked++;
    return 1 << word;
  });
  assert.equal(asked, 2);
});
