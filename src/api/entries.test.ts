import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiControlEntry, apiDeniedEntry } from '#api/entries.ts';
import { callerKey } from '#identity/caller.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { ADA, fakeGateway, idOf } from '#test/fakes/gateway.ts';
import { headerOf } from '#test/fakes/ledger.ts';

const TOKEN = 'token-of-ada-for-the-api';
const call = {
  id: idOf(1),
  source: '203.0.113.9',
  method: 'GET',
  path: `/api/v1/events/${TOKEN}/1`,
  signal: new AbortController().signal,
  verified: asVerified({ caller: ADA, expiresAtMs: 1, issuedAtMs: 0, tokenDigest: 'd' }),
  token: TOKEN,
};
const { masker } = fakeGateway();

test('a refusal says who asked for what and why not, and never the token, even when the path repeats it', () => {
  const entry = apiDeniedEntry(call, masker, { code: 'forbidden', reason: 'no_role' });
  const { caller, method, name, code, reason, source } = headerOf(entry);
  assert.deepEqual([entry.kind, entry.st, entry.subject], ['denied', 'forbidden', callerKey(ADA)]);
  assert.deepEqual(
    [caller?.subject, method, code, reason, source],
    ['ada', 'GET', 'forbidden', 'no_role', '203.0.113.9'],
  );
  assert.match(name ?? '', /^\/api\/v1\/events\/.+\/1$/);
  assert.ok(!entry.header.includes(TOKEN));
});

test('an act carries its own facts', () => {
  const entry = apiControlEntry({ ...call, path: '/api/v1/events/a/1' }, masker, 'read_payloads', { event: 'a:1' });
  assert.deepEqual([entry.kind, entry.st, headerOf(entry).detail], ['control', 'read_payloads', { event: 'a:1' }]);
});
