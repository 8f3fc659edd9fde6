import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'URL';

test('URLs are found without the punctuation around them', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['https://example.com/a_(b)?c=d#e', '(see https://example.com/a_(b)?c=d#e).'],
    ['www.example.com/x', 'at www.example.com/x, or'],
    ['ftp://example.com', 'ftp://example.com'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('text with a dot is no URL', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['example.com'],
    ['a.b.c'],
    ['/usr/bin/x'],
    ['file.txt'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});
