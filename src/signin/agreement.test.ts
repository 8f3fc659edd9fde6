import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createSeal } from '#oauth/seal.ts';
import { AGREED_SEAL, consentedOf, createAgreementWords, digestOf, isPlaceProven } from '#signin/agreement.ts';
import { ASKED } from '#test/fakes/sign-in-site.ts';

test('what is agreed to is the client as it described itself, the place and the resource', () => {
  const consented = consentedOf(ASKED);
  assert.deepEqual(consented, {
    clientId: 'https://claude.ai/client.json',
    clientName: 'Claude',
    place: 'claude.ai',
    resource: 'https://mcp.example.com/mcp/notes',
    metadataDigest: 'd1',
  });
  const digests = [
    consented,
    { ...consented, clientId: 'x' },
    { ...consented, place: 'x' },
    { ...consented, resource: 'x' },
    { ...consented, metadataDigest: 'x' },
  ].map(digestOf);
  assert.equal(new Set(digests).size, 5);
});

test('a redirect that no client can have is nothing to agree to', () => {
  for (const redirectUri of ['javascript:alert(1)', 'http://evil.example/cb', undefined])
    assert.equal(consentedOf({ ...ASKED, redirectUri }), undefined);
  assert.equal(consentedOf({ ...ASKED, redirectUri: undefined, isDevice: true })?.place, 'another device');
});

test('only a web host gets a code that nobody else can get', () => {
  assert.equal(isPlaceProven(ASKED), true);
  for (const redirectUri of ['http://127.0.0.1:1/cb', 'http://localhost/cb', 'cursor://cb'])
    assert.equal(isPlaceProven({ ...ASKED, redirectUri }), false, redirectUri);
  assert.equal(isPlaceProven({ ...ASKED, isDevice: true }), false);
});

test('the word of an agreement is about exactly what was said, for a minute', () => {
  let nowMs = 0;
  const words = createAgreementWords(createSeal(Buffer.alloc(32, 1), AGREED_SEAL, randomBytes), () => nowMs, LIMITS);
  const about = { uid: 'u1', agreed: 'd', signIn: 's1' };
  const word = words.say({ ...about, isFresh: true });
  assert.deepEqual(words.hear(word, about), { isFresh: true });
  assert.deepEqual(words.hear(words.say({ ...about, isFresh: false }), about), { isFresh: false });
  for (const other of [{ uid: 'u2' }, { agreed: 'x' }, { signIn: 's2' }])
    assert.equal(words.hear(word, { ...about, ...other }), undefined);
  for (const other of ['', 'x', `${word}A`]) assert.equal(words.hear(other, about), undefined);
  nowMs = LIMITS.agreedMs;
  assert.equal(words.hear(word, about), undefined);
});
