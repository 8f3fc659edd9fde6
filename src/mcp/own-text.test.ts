import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownText } from '#mcp/own-text.ts';

test('a copy is the same text, whatever it is made of', () => {
  for (const text of ['', 'tools/call', 'ж 😀', '\ud800 alone']) assert.equal(ownText(text), text);
});
