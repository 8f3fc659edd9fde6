import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headersOf } from '#gateway/steps/receive.ts';
import { foreignBy, formToken, isToken } from '#signin/own-form.ts';

const OWN = 'https://mcp.example.com';
const by = (...raw: readonly string[]) => foreignBy(headersOf(raw), OWN);

test('only what the browser says comes from a page of this origin is taken', () => {
  assert.equal(by('Sec-Fetch-Site', 'same-origin', 'Origin', OWN), undefined);
  assert.equal(by('Sec-Fetch-Site', 'same-origin'), undefined);
  assert.equal(by('Origin', OWN), undefined);
  assert.equal(by(), 'unsaid');
});

test('a neighbour below the same domain, a stranger, an address typed in and a frame without an origin are foreign', () => {
  for (const site of ['same-site', 'cross-site', 'none', '', 'SAME-ORIGIN'])
    assert.equal(by('Sec-Fetch-Site', site), 'fetch_site');
  for (const origin of [
    'null',
    'https://evil.example',
    `${OWN}.evil.example`,
    `${OWN}:8443`,
    'http://mcp.example.com',
    `${OWN}/`,
  ])
    assert.equal(by('Sec-Fetch-Site', 'same-origin', 'Origin', origin), 'origin', origin);
});

test('a word said twice is none', () => {
  assert.equal(by('Origin', OWN, 'Origin', OWN), 'origin');
  assert.equal(by('Sec-Fetch-Site', 'same-origin', 'Sec-Fetch-Site', 'same-origin'), 'fetch_site');
});

test('a token is for one purpose and one thing, and nobody makes it without the key', () => {
  const key = Buffer.alloc(32, 1);
  const token = formToken(key, 'session', 's1');
  assert.equal(isToken(token, formToken(key, 'session', 's1')), true);
  for (const other of [
    formToken(key, 'session', 's2'),
    formToken(key, 'sessions', '1'),
    formToken(key, 'interaction', 's1'),
    formToken(Buffer.alloc(32, 2), 'session', 's1'),
    '',
    `${token}A`,
  ])
    assert.equal(isToken(other, token), false);
});
