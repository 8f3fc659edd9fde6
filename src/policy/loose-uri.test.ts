import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { looseEncoding, looserReadings } from '#policy/loose-uri.ts';

const readings = (uri: string): readonly string[] => {
  const found = looserReadings(uri);
  assert.ok(found.ok, uri);
  return found.value;
};

test('a URI that leaves nothing open has no other reading', () => {
  for (const uri of ['memo://x/a', 'file:///a/b.txt', 'https://h/a-b_c~d', 'note', 'memo://x/%C3%A9'])
    assert.deepEqual(readings(uri), [], uri);
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
    ['memo://u@x/a;v/b%2Cc?d', 'memo://x/a/b,c'],
    ['memo:a//b', 'memo:a/b'],
    ['memo:a://b', 'memo:a:/b'],
    ['memo:/a//', 'memo:/a'],
  ] as const) {
    assert.ok(readings(uri).includes(reading), `${uri}: ${readings(uri).join(' ')}`);
  }
});

test('what ends a part of a URI, or would decode once more, is not decoded', () => {
  for (const uri of ['memo://x/a%3Fb', 'memo://x/a%23b', 'memo://x/a%2541', 'memo://x/a%2Fb', 'memo://x/a%2Eb'])
    assert.equal(looseEncoding(uri), uri);
  assert.equal(looseEncoding('memo://x/%FF%FE'), 'memo://x/%FF%FE');
});

test('what has something to read twice in every place is refused, and what the web is full of is not', () => {
  for (const uri of [`memo://u@x/${'a;b//%2C'.repeat(400)}/?x#y`, 'memo://u@x//a;v%2C/b%2Cc/?d#e'])
    assert.deepEqual(looserReadings(uri), { ok: false, error: 'too_many_readings' }, uri);
  assert.equal(readings('https://h.example/a%2Cb/?q=%3D1#part').length, 11);
});

test('more combining marks behind each other than a text has are refused before they are put in order', () => {
  const marked = (marks: number) => looserReadings(`memo://x/a${encodeURIComponent('\u0f73'.repeat(marks))}b`);
  assert.deepEqual(marked(LIMITS.uriMarks + 1), { ok: false, error: 'too_many_marks' });
  assert.ok(marked(LIMITS.uriMarks).ok);
});
