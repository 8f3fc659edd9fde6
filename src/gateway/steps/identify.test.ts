import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identify } from '#gateway/steps/identify.ts';
import { err } from '#result.ts';
import { ADA, ADA_TOKEN, fakeGateway, limited } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';

async function identifiedAs(ask: Ask, gateway: FakeGateway = fakeGateway()): Promise<string> {
  const result = await identify(limited(gateway, ask), gateway);
  return result.ok ? result.value.verified.caller.subject : `${result.error.code} ${result.error.reason}`;
}

test('a verified token gives its caller, and the token for the masking of it', async () => {
  const gateway = fakeGateway();
  const result = await identify(limited(gateway), gateway);
  assert.ok(result.ok);
  assert.deepEqual(result.value.verified.caller, ADA);
  assert.equal(result.value.token, ADA_TOKEN);
});

test('no token, two tokens, another scheme and an unknown token are all unauthenticated', async () => {
  const bearer = `Bearer ${ADA_TOKEN}`;
  const cases: readonly [Ask, string][] = [
    [{ headers: { Authorization: undefined } }, 'unauthenticated missing'],
    [{ headers: { Authorization: [bearer, bearer] } }, 'unauthenticated duplicate_authorization'],
    [{ headers: { Authorization: 'Basic YTpi' } }, 'unauthenticated not_bearer'],
    [{ headers: { Authorization: `${bearer}, ${bearer}` } }, 'unauthenticated malformed_authorization'],
    [{ token: 'token-of-nobody' }, 'unauthenticated bad_signature'],
  ];
  for (const [ask, expected] of cases) assert.equal(await identifiedAs(ask), expected);
});

test("keys that cannot be had are the gateway's trouble, not the caller's", async () => {
  const gateway = fakeGateway();
  gateway.identity.verifying = () => err('keys_unavailable');
  const result = await identify(limited(gateway), gateway);
  assert.deepEqual(result, {
    ok: false,
    error: { code: 'identity_unavailable', reason: 'keys_unavailable', retryAfterMs: 5_000 },
  });
});

test('an answer that takes a while is waited for', async () => {
  const gateway = fakeGateway();
  const known = gateway.identity.verifying(ADA_TOKEN);
  gateway.identity.verifying = async () => known;
  assert.equal(await identifiedAs({}, gateway), 'ada');
  gateway.identity.verifying = async () => err('revoked');
  assert.equal(await identifiedAs({}, gateway), 'unauthenticated revoked');
});

test('a token is for the URL of the connection or one of its audiences, whether or not it exists', async () => {
  const gateway = fakeGateway();
  await identifiedAs({}, gateway);
  await identifiedAs({ connection: 'nowhere' }, gateway);
  assert.deepEqual(gateway.identity.asked, [
    ['https://mcp.example/mcp/notes', 'urn:notes'],
    ['https://mcp.example/mcp/nowhere'],
  ]);
});

test('a header that is no good is refused without asking anybody', async () => {
  const gateway = fakeGateway();
  await identifiedAs({ headers: { Authorization: undefined } }, gateway);
  assert.deepEqual(gateway.identity.asked, []);
});
