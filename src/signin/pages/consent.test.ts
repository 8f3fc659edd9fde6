import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AskedAuthorization } from '#signin/asked.ts';
import { consentBody, consentTitle } from '#signin/pages/consent.ts';
import type { ConsentPage } from '#signin/pages/consent.ts';

export const ASKED: AskedAuthorization = {
  uid: 'u1',
  client: {
    id: 'https://claude.ai/client.json',
    name: 'Claude',
    uri: undefined,
    logoUri: 'https://tracker.example/logo.png',
    metadataDigest: 'd1',
  },
  redirectUri: 'https://claude.ai/callback',
  resource: 'https://mcp.example.com/mcp/notes',
  connection: 'notes',
  scopes: [],
  asksLogin: false,
  asksConsent: false,
  maxAgeSeconds: undefined,
  loginHint: undefined,
  isDevice: false,
};
const pageOf = (changes: Partial<AskedAuthorization> = {}, more: Partial<ConsentPage> = {}): string =>
  consentBody({
    asked: { ...ASKED, ...changes },
    isKnown: false,
    providers: [{ namespace: 'okta', label: 'Okta' }],
    person: undefined,
    csrf: 'token-1',
    action: '/signin/interaction/u1',
    trouble: undefined,
    ...more,
  }).text;
const wordsOf = (text: string): string => text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

test('a person reads who asks for what, and where they are sent, with what was checked before what was not', () => {
  const words = wordsOf(pageOf());
  const [host, name, place, resource] = [
    words.indexOf('claude.ai (it is described there)'),
    words.indexOf('“Claude” (nobody checked this name)'),
    words.indexOf('You are sent back to claude.ai'),
    words.indexOf('https://mcp.example.com/mcp/notes'),
  ];
  assert.ok(host > 0 && host < name && name < place && place < resource, words);
  assert.equal(consentTitle(ASKED), 'Let a program use notes?');
});

test('a client that registered itself is from nobody known, whatever it says', () => {
  const client = { ...ASKED.client, id: 'dcr-1', name: 'Anthropic', uri: 'https://claude.ai' };
  const words = wordsOf(pageOf({ client, redirectUri: 'https://claude.ai.evil.example/cb' }));
  assert.match(words, /nobody known: it registered itself/);
  assert.match(words, /says it is from claude\.ai , which nobody checked/);
  assert.match(words, /sent back to claude\.ai\.evil\.example/);
  assert.match(wordsOf(pageOf({ client }, { isKnown: true })), /whoever runs this gateway, who set it up here/);
});

test('a name is text: it makes no mark, no button and no second line of its own', () => {
  const client = { ...ASKED.client, name: '</dd><button name="act" value="continue">Allow</button>\u202egpj' };
  const text = pageOf({ client });
  assert.equal(text.match(/<button/g)?.length, 2);
  assert.doesNotMatch(text, /\u202e/);
});

test('nothing of the client’s is loaded, not even its logo', () => {
  assert.doesNotMatch(pageOf(), /tracker\.example|<img|src=/);
});

test('where any program can be meant, and where a code was typed in, the page warns of it', () => {
  assert.match(wordsOf(pageOf({ redirectUri: 'http://127.0.0.1:33418/cb' })), /Any program on this computer/);
  assert.match(
    wordsOf(pageOf({ redirectUri: 'http://127.0.0.1:33418/cb' })),
    /program on this computer \(127\.0\.0\.1:33418\)/,
  );
  assert.match(wordsOf(pageOf({ redirectUri: 'cursor://cb' })), /opens cursor: links/);
  assert.match(
    wordsOf(pageOf({ redirectUri: undefined, isDevice: true })),
    /If somebody sent you a code or a link, cancel/,
  );
  assert.doesNotMatch(wordsOf(pageOf()), /Any program on this computer/);
});

test('whoever is signed in reads as whom they allow it, and can be another', () => {
  const text = pageOf({}, { person: { login: 'ada@example.com', label: 'Okta' } });
  assert.match(wordsOf(text), /You are ada@example\.com \(signed in with Okta\)/);
  assert.deepEqual(
    [...text.matchAll(/value="(\w+)">/g)].map(([, value]) => value),
    ['continue', 'other', 'refuse'],
  );
});

test('several issuers are several buttons', () => {
  const providers = [
    { namespace: 'okta', label: 'Okta' },
    { namespace: 'partners', label: 'Partners & friends' },
  ];
  const text = pageOf({}, { providers });
  assert.match(text, /value="sign_in:okta">Sign in with Okta</);
  assert.match(text, /value="sign_in:partners">Sign in with Partners &amp; friends</);
});
