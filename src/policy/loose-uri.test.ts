import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looseEncoding, looserReadings } from '#policy/loose-uri.ts';

test('a URI that leaves nothing open has no other reading', () => {
  for (const uri of ['memo://x/a', 'file:///a/b.txt', 'https://h/a-b_c~d', 'note', 'memo://x/%C3%A9'])
    assert.deepEqual(looserReadings(uri), [], uri);
});

test('every part that a server may drop, merge or decode is read both ways, and several together', () => {
  for (const [uri, reading] of [
    ['memo://x/a#b', 'memo://x/a'],
    ['memo://x/a?b#c', 'memo://x/a'],
    ['memo://x/a%2Cb', 'memo://x/a,b'],
    ['memo://u:p@x/a', 'memo://x/a'],
    ['https://h/a;v=1/b;c', 'https://h/a/b'],
    ['https://h/a//b', 'https://h/a/b'],
    ['https://h/a/', 'https://h/a'],
    ['memo://x/e%CC%81', 'memo://x/%C3%A9'],
    ['memo://x//a;v/b%2Cc/', 'memo://x/a/b,c'],
  ] as const) {
    const readings = looserReadings(uri) ?? [];
    assert.ok(readings.includes(reading), `${uri}: ${readings.join(' ')}`);
  }
});

test('what ends a part of a URI, or would decode once more, is not decoded', () => {
  for (const uri of ['memo://x/a%3Fb', 'memo://x/a%23b', 'memo://x/a%2541', 'memo://x/a%2Fb', 'memo://x/a%2Eb'])
    assert.equal(looseEncoding(uri), uri);
  assert.equal(looseEncoding('memo://x/%FF%FE'), 'memo://x/%FF%FE');
});

test('a URI with something to read twice in too many places is read in none', () => {
  assert.equal(looserReadings(`memo://u@x/${'a;b//%2C'.repeat(400)}/?x#y`), undefined);
  assert.equal(looserReadings('memo://u@x//a;v%2C/b%2Cc/?d#e'), undefined);
});
