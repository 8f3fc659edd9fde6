import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticate } from '#api/authenticate.ts';
import { AUDITOR_TOKEN, apiParts } from '#test/fakes/api.ts';
import { ADA_TOKEN, fakeGateway, idOf } from '#test/fakes/gateway.ts';

const arrival = { id: idOf(1), source: '::1', method: 'GET', path: '/api', signal: new AbortController().signal };
const parts = apiParts(fakeGateway());
const said = async (...rawHeaders: string[]): Promise<string> => {
  const known = await authenticate(arrival, rawHeaders, parts);
  return known.ok ? known.value.verified.caller.subject : `${known.error.code} ${known.error.reason}`;
};

test('only one bearer token for the API says who asks', async () => {
  assert.equal(await said('Authorization', `Bearer ${AUDITOR_TOKEN}`), 'ada');
  assert.equal(await said(), 'unauthenticated missing');
  assert.equal(await said('Authorization', `Bearer ${ADA_TOKEN}`), 'unauthenticated wrong_audience');
  assert.equal(await said('Authorization', `Basic ${AUDITOR_TOKEN}`), 'unauthenticated not_bearer');
  assert.equal(
    await said('Authorization', `Bearer ${AUDITOR_TOKEN}`, 'authorization', `Bearer ${AUDITOR_TOKEN}`),
    'unauthenticated duplicate_authorization',
  );
});

test('keys that cannot be had are the gateway’s trouble, not the caller’s', async () => {
  const gateway = fakeGateway();
  const later = apiParts(gateway);
  gateway.identity.verifyForApi = async () => ({ ok: false, error: 'keys_unavailable' });
  const known = await authenticate(arrival, ['authorization', 'Bearer x'], { ...later, identity: gateway.identity });
  assert.equal(known.ok ? '' : known.error.code, 'identity_unavailable');
});
