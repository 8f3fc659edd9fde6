import { inspect } from 'node:util';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createSecretSets, SecretSet } from '#masking/secret-set.ts';

const secretsOf = createSecretSets();

/** The text with each hit replaced by `*`. */
function starred(text: string, ...secrets: string[]): string {
  let result = '';
  let at = 0;
  for (const { start, end } of secretsOf(secrets).find(text)) {
    result += `${text.slice(at, start)}*`;
    at = end;
  }
  return result + text.slice(at);
}

test('every occurrence of every secret is found', () => {
  assert.equal(starred('a hunter22 b swordfish, hunter22', 'hunter22', 'swordfish'), 'a * b *, *');
  assert.equal(starred('hunter22hunter22', 'hunter22'), '**');
  assert.equal(starred('nothing here', 'hunter22'), 'nothing here');
});

test('occurrences that overlap are one', () => {
  assert.equal(starred('xabcdefghijkly', 'abcdefgh', 'efghijkl'), 'x*y');
  assert.equal(starred('xabcdefghijkly', 'abcdefghijkl', 'cdefghij'), 'x*y');
});

test('the whole run of Base64 goes when a secret is in it', () => {
  const encoded = Buffer.from('user:hunter22!').toString('base64');
  assert.equal(starred(`Authorization: Basic ${encoded}, next`, 'hunter22'), 'Authorization: Basic *, next');
});

test('a hit says which secret it was, in whatever form', () => {
  const hex = Buffer.from('hunter22').toString('hex');
  assert.deepEqual(secretsOf(['swordfish', 'hunter22']).find(`0${hex}`), [{ start: 1, end: 17, secret: 'hunter22' }]);
});

test('only what occurs is left to look for', () => {
  const set = secretsOf(['hunter22', 'swordfish']);
  assert.equal(set.presentIn('nothing').isEmpty, true);
  const present = set.presentIn('a swordfish');
  assert.equal(present.isEmpty, false);
  assert.deepEqual(
    present.find('hunter22 swordfish').map((hit) => hit.secret),
    ['swordfish'],
  );
  assert.equal(SecretSet.EMPTY.find('anything').length, 0);
});

test('a set shows its secrets in no log line, JSON or error', () => {
  const set = secretsOf(['hunter22']);
  for (const shown of [
    inspect(set, { depth: 9, showHidden: true }),
    JSON.stringify(set),
    inspect(new Error('x', { cause: set })),
  ]) {
    assert.doesNotMatch(shown, /hunter22/);
  }
});

test('a set is right also after its forms were dropped from the cache', () => {
  for (let i = 0; i < 1_100; i++) secretsOf([`another-secret-${i}`]);
  assert.equal(starred('hunter22', 'hunter22'), '*');
});

test('a set is found again only for exactly the secrets it was made of', () => {
  const setOf = createSecretSets();
  const first = setOf(['token-of-ada-0123', 'credential-of-notes']);
  assert.equal(setOf(['token-of-ada-0123', 'credential-of-notes']), first);
  const other = setOf(['token-of-ada-0123', 'credential-of-files']);
  assert.deepEqual(other.find('credential-of-notes'), []);
  assert.equal(other.find('credential-of-files').length, 1);
  assert.equal(setOf(['token-of-ada-0123']).find('credential-of-files').length, 0);
  for (let at = 0; at < 1_000; at += 1) setOf([`token-${at}-of-somebody`]);
  assert.equal(setOf(['token-of-ada-0123', 'credential-of-notes']).find('credential-of-notes').length, 1);
});
