import assert from 'node:assert/strict';
import { test } from 'node:test';
import { files, name, namespaced, url } from '#config/schema-words.ts';

test('names, addresses and lists of files are taken as the guide writes them, and nothing near them', () => {
  for (const [word, good, bad] of [
    [name, 'on-call_1', 'On call'],
    [name, 'a'.repeat(63), 'a'.repeat(64)],
    [url, 'https://a.test/x', '/x'],
    [namespaced, 'okta:a:b', 'okta:'],
    [files, 'a.pem', ''],
  ] as const) {
    assert.ok(word.safeParse(good).success, good);
    assert.equal(word.safeParse(bad).success, false, bad);
  }
  assert.ok(files.safeParse(['a.pem', 'b.pem']).success);
});
