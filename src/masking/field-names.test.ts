import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import assert from 'node:assert/strict';
import { createFieldNames } from '#masking/field-names.ts';

const isSecretField = createFieldNames(['Kunden-Kennwort']);

test('the name of a secret is recognised in every spelling', () => {
  for (const key of [
    'password',
    'PASSWORD',
    'Api-Key',
    'api_key',
    'apiKey',
    'API KEY',
    'client.secret',
    'Set-Cookie',
    'Authorization',
    'refresh_token',
    'access_token',
    'private_key',
    'token',
    'secret',
    'passwd',
  ]) {
    assert.equal(isSecretField(key), true, key);
  }
});

test('a longer name that ends in one of a secret is recognised', () => {
  for (const key of ['db_password', 'githubAccessToken', 'AWS_SECRET_ACCESS_KEY', 'X-Api-Key', 'stripe_api_key']) {
    assert.equal(isSecretField(key), true, key);
  }
});

test('a password cut short, one of several, and many of them are recognised', () => {
  for (const key of [
    'db_pass',
    'userPass',
    'SMTP-PASS',
    'PASSWORD_1',
    'newPassword2',
    'passwordConfirmation',
    'api_keys',
  ])
    assert.equal(isSecretField(key), true, key);
  for (const key of ['first_pass', 'bypass', 'pass', 'compass', 'tokens', 'pins', 'pin2', 'cookies', 'auths'])
    assert.equal(isSecretField(key), false, key);
});

test("the operator's own names are recognised", () => {
  assert.equal(isSecretField('kundenKennwort'), true);
});

test('ids, cursors and counters are not taken for secrets', () => {
  for (const key of [
    'progressToken',
    'nextCursor',
    'cursor',
    'requestState',
    'nextPageToken',
    'maxTokens',
    'token_count',
    'max_tokens',
    'tokenizer',
    'keyboard',
    'passengers',
    'author',
    'key',
    'id',
    '',
    '__proto__',
    'constructor',
  ]) {
    assert.equal(isSecretField(key), false, key);
  }
});

test('the answer does not change when a key is asked for again, nor after the cache was emptied', () => {
  for (let i = 0; i < 10_000; i++) isSecretField(`column${i}`);
  for (let i = 0; i < 2; i++) {
    assert.equal(isSecretField('password'), true);
    assert.equal(isSecretField('passwords_reset_at'), false);
  }
});

/** Bytes in use after a collection, those of large strings outside the heap included. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('remembered keys are bounded in number', () => {
  const judge = createFieldNames([]);
  const before = usedBytes();
  for (let i = 0; i < 200_000; i++) judge(`another column name ${i}`);
  assert.ok(usedBytes() - before < 4_000_000);
  assert.equal(judge('password'), true);
});
