import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOKEN_FORMATS } from '#masking/words/token-formats.ts';
import { found } from '#test/fakes/detect.ts';

/** A text that a format's `rest` matches: each class by characters of it in turn. */
function sample(rest: string): string {
  const alphabet = 'q7W3e9R5t1Y8u2I6o4P0aBcDfGhJkLmNsVxZ';
  let text = '';
  let next = 0;
  for (const [, group, chars, literal, min] of rest.matchAll(
    /(\(\?:[^)]*\))|(\[[^\]]+\])|(\\.|[^[({])|(?:\{(\d+)[^}]*\})/g,
  )) {
    if (group !== undefined) text += sampleGroup(group);
    else if (chars !== undefined) text += pick(chars);
    else if (literal !== undefined) text += literal.replace('\\', '');
    else if (min !== undefined) {
      const last = /(\[[^\]]+\]|\(\?:[^)]*\))\{$/.exec(rest.slice(0, rest.indexOf(`{${min}`, 0) + 1))?.[1] ?? '';
      for (let count = 1; count < Number(min); count++) text += last.startsWith('[') ? pick(last) : '';
    }
  }
  function pick(chars: string): string {
    const allowed = new RegExp(chars);
    for (let tries = 0; tries < alphabet.length; tries++) {
      const char = alphabet[next++ % alphabet.length] ?? 'a';
      if (allowed.test(char)) return char;
    }
    return 'A';
  }
  return text;
}
const sampleGroup = (group: string): string => group.slice(3, -1).split('|')[0] ?? '';

test('there are formats of at least sixty providers', () => {
  assert.ok(new Set(TOKEN_FORMATS.map(({ rule }) => rule.split('-')[0])).size >= 60);
});

test('a token of each simple format is found whole, and not when it is cut short', () => {
  let tried = 0;
  for (const { prefix, rest, rule } of TOKEN_FORMATS) {
    if (!/^\[[^\]]+\]\{\d+(?:,\d+)?\}$/.test(rest)) continue;
    const token = prefix + sample(rest);
    assert.match(token.slice(prefix.length), new RegExp(`^${rest}$`), rule);
    assert.deepEqual(found('SECRET', `x ${token} y`), [token], rule);
    tried++;
  }
  assert.ok(tried > 100);
});

test('prefixes inside of words, and words that only begin like tokens, are nothing', () => {
  for (const text of [
    'task-0123456789012345678901234567890123456789',
    'sk-learn is a library',
    'AKIAEXAMPLE',
    'ACCOUNT',
    'hf_ hub',
    'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  ])
    assert.deepEqual(found('SECRET', text), [], text);
});

test('a license key is found by the mark at its end, and the mark alone is nothing', () => {
  assert.deepEqual(found('SECRET', 'license 7d2b7e19313cd4f9ad33c89d5f3dbb0dd70dNRAL in the log'), [
    '7d2b7e19313cd4f9ad33c89d5f3dbb0dd70dNRAL',
  ]);
  assert.deepEqual(found('SECRET', 'license 7d2b7e19313cd4f9ad33NRAL in the log'), []);
});
