import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looseEncoding, looserReadings } from '#policy/loose-uri.ts';

test('a URI that leaves nothing open has no other reading', () => {
  for (const uri of ['memo://x/a', 'file:///a/b.txt', 'https://h/a-b_c~d', 'note', 'memo://x/%C3%A9'])
    assert.deepEqual(looserReadings(uri), [], uri);
});

test('every part that a server may drop, merge or decode is read both ways, and all together', () => {
  for (const [uri, reading] of [
    ['memo://x/a#b', 'memo://x/a'],
    ['memo://x/a?b#c', 'memo://x/a'],
    ['memo://x/a%2Cb', 'memo://x/a,b'],
    ['memo://u:p@x/a', 'memo://x/a'],
    ['https://h/a;v=1/b;c', 'https://h/a/b'],
    ['https://h/a//b', 'https://h/a/b'],
    ['https://h/a/', 'https://h/a'],
    ['memo://x/e%CC%81', 'memo://x/%C3%A9'],
    ['memo://u@x//a;v%2C/b%2Cc/?d#e', 'memo://x/a/b,c'],
  ] as const) {
    assert.ok(looserReadings(uri).includes(reading), `${uri}: ${looserReadings(uri).join(' ')}`);
  }
});

test('what ends a part of a URI, or would decode once more, is not decoded', () => {
  for (const uri of ['memo://x/a%3Fb', 'memo://x/a%23b', 'memo://x/a%2541', 'memo://x/a%2Fb', 'memo://x/a%2Eb'])
    assert.equal(looseEncoding(uri), uri);
  assert.equal(looseEncoding('memo://x/%FF%FE'), 'memo://x/%FF%FE');
});

test('a URI with something to read twice in every place has a bounded number of readings', () => {
  const many = looserReadings(`memo://u@x/${'a;b//%2C'.repeat(400)}/?x#y`);
  assert.ok(many.length > 10 && many.length < 128, String(many.length));
});
