import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { listenOnLoopback } from '#cli/loopback-listener.ts';

const expected = { state: 'the-state', issuer: 'https://mcp.example.com' };

async function listen(t: TestContext) {
  const listener = await listenOnLoopback(expected);
  t.after(() => listener.close());
  const come = (query: Readonly<Record<string, string>>, path = listener.redirectUri) =>
    fetch(`${path}?${new URLSearchParams(query).toString()}`);
  return { listener, come };
}
const GOOD = { code: 'c', state: 'the-state', iss: 'https://mcp.example.com' };

test('the code comes back on this machine, with the state that was sent and from the server that was asked', async (t) => {
  const { listener, come } = await listen(t);
  assert.match(listener.redirectUri, /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  const answer = await come(GOOD);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.deepEqual(await listener.code, { ok: true, value: 'c' });
});

test('what any page can send here is not taken, and the wait goes on', async (t) => {
  const { listener, come } = await listen(t);
  for (const query of [{}, { code: 'evil', iss: GOOD.iss }, { ...GOOD, state: 'other' }, { ...GOOD, state: '' }])
    assert.equal((await come(query)).status, 404);
  const twice = await fetch(`${listener.redirectUri}?state=the-state&state=the-state&code=evil&iss=${GOOD.iss}`);
  assert.equal(twice.status, 404);
  assert.equal((await come(GOOD, listener.redirectUri.replace('/callback', '/other'))).status, 404);
  assert.equal((await fetch(listener.redirectUri, { method: 'POST' })).status, 404);
  await come(GOOD);
  assert.deepEqual(await listener.code, { ok: true, value: 'c' });
});

test('a code from another server is given to nobody', async (t) => {
  const { listener, come } = await listen(t);
  await come({ ...GOOD, iss: 'https://evil.example' });
  const came = await listener.code;
  assert.match(came.ok ? '' : came.error, /another server/);
});

test('a no of the person is a no', async (t) => {
  const { listener, come } = await listen(t);
  await come({ error: 'access_denied', state: GOOD.state, iss: GOOD.iss });
  assert.deepEqual(await listener.code, { ok: false, error: 'it was not allowed' });
});
