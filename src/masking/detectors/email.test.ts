import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'EMAIL_ADDRESS';

test('addresses are found without what is written around them', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['ada@example.com', 'mail <ada@example.com>, please'],
    ['first.last+tag@sub.example.co.uk', '(first.last+tag@sub.example.co.uk)'],
    ['a@b.io', 'to=a@b.io&x=1'],
    ['a@b.io', 'mailto:a@b.io?subject=x'],
    ['jürgen@müller.de', 'jürgen@müller.de'],
    ['x@example.com', 'x@example.com.'],
    ['"john doe"@example.com', '"john doe"@example.com'],
    ["o'brien@example.ie", "o'brien@example.ie"],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('what only has an at sign is no address', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['git@github.com:acme/app.git'],
    ['pkg@1.2.3'],
    ['icon@2x.png'],
    ['@handle'],
    ['a@b'],
    ['user@localhost'],
    ['getty@tty1.service'],
    ['@Override'],
    ['a@@b.com x'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});
