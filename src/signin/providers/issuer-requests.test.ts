import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createIssuerRequests } from '#signin/providers/issuer-requests.ts';
import type { ProviderFetch } from '#signin/providers/issuer-requests.ts';

const ASKED = { method: 'GET', headers: {} };
const requests = (fetch: ProviderFetch, issuer = 'https://idp.example') =>
  createIssuerRequests(issuer, fetch, { ...LIMITS, issuerDocumentBytes: 10, issuerFetchMs: 50 });

test('an issuer behind TLS sends us nowhere without it', async () => {
  let asked = 0;
  const request = requests(() => {
    asked += 1;
    return Promise.resolve(new Response('{}'));
  });
  for (const url of [
    'http://idp.example/token',
    'http://127.0.0.1/token',
    'https://a:b@idp.example/',
    'file:///etc/passwd',
  ])
    await assert.rejects(request(url, ASKED), url);
  assert.equal(asked, 0);
  assert.equal((await request('https://elsewhere.example/token', ASKED)).status, 200);
});

test('a redirect is an answer, not a way', async () => {
  const request = requests((_, { redirect }) => {
    assert.equal(redirect, 'manual');
    return Promise.resolve(new Response(null, { status: 302, headers: { location: 'https://evil.example' } }));
  });
  assert.equal((await request('https://idp.example/token', ASKED)).status, 302);
});

test('an answer that is too long, or that never comes, is none', async () => {
  await assert.rejects(requests(() => Promise.resolve(new Response('x'.repeat(11))))('https://idp.example/', ASKED));
  const silent = requests(
    (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  );
  // The timer of an abort signal alone keeps no process alive.
  const alive = setInterval(() => undefined, 1_000);
  await assert.rejects(silent('https://idp.example/', ASKED)).finally(() => clearInterval(alive));
});

test('a form is sent as its text', async () => {
  const request = requests((_, { body, method }) => Promise.resolve(new Response(`${method} ${body ?? ''}`)));
  const body = new URLSearchParams({ a: '1' });
  assert.equal(await (await request('https://idp.example/', { ...ASKED, method: 'POST', body })).text(), 'POST a=1');
  await assert.rejects(request('https://idp.example/', { ...ASKED, body: 7 }), /another kind/);
});
