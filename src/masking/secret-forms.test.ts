import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { secretDigest, secretForms } from '#masking/secret-forms.ts';

/** Whether one of the secret's forms occurs. */
const isFound = (text: string, secret: string): boolean => secretForms(secret).some((form) => text.includes(form.text));

const secrets = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 80 });
const around = fc.string({ unit: 'grapheme', maxLength: 5 });

test('a secret is found in Base64 of any text around it, at each of the three alignments', () => {
  fc.assert(
    fc.property(secrets, around, around, (secret, before, after) => {
      const bytes = Buffer.from(before + secret + after);
      assert.ok(isFound(bytes.toString('base64'), secret));
      assert.ok(isFound(bytes.toString('base64url'), secret));
    }),
  );
  for (const pad of ['', 'x', 'xx']) {
    assert.ok(isFound(Buffer.from(`${pad}s3cr3t-?>~${pad}`).toString('base64'), 's3cr3t-?>~'));
  }
});

test('the password of Basic credentials is found in their Base64', () => {
  for (const user of ['a', 'ab', 'abc', 'service@example.com']) {
    assert.ok(isFound(`Basic ${Buffer.from(`${user}:correct horse`).toString('base64')}`, 'correct horse'));
  }
});

test('a secret is found percent-encoded, as hex and as JSON', () => {
  fc.assert(
    fc.property(secrets, (secret) => {
      const bytes = Buffer.from(secret.toWellFormed());
      const uri = encodeURIComponent(secret.toWellFormed());
      const spellings = [
        secret,
        uri,
        uri.replaceAll(/%../g, (escape) => escape.toLowerCase()),
        new URLSearchParams({ q: secret }).toString().slice(2),
        [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
        bytes.toString('hex'),
        bytes.toString('hex').toUpperCase(),
        JSON.stringify(secret),
        JSON.stringify(secret).replaceAll('/', '\\/'),
      ];
      for (const spelling of spellings) assert.ok(isFound(`x${spelling}x`, secret.toWellFormed()), spelling);
    }),
  );
});

test('a secret of fewer than eight bytes has no forms', () => {
  assert.deepEqual(secretForms('1234567'), []);
  assert.deepEqual(secretForms(''), []);
  assert.ok(secretForms('12345678').length > 0);
  assert.ok(secretForms('äöüß').length > 0);
});

test('no form is so short that it would be found by chance', () => {
  fc.assert(
    fc.property(secrets, (secret) => {
      for (const { text } of secretForms(secret)) assert.ok(text.length >= 8 || text === secret.toWellFormed());
    }),
  );
});

test('a digest does not contain its secret', () => {
  assert.doesNotMatch(secretDigest('correct horse'), /correct/);
});
