import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isOAuthModel, oauthRowOf, signInRowOf, tokenRowOf } from '#store/oauth-row.ts';

const blob = new Uint8Array([1]);
const ROW = {
  digest: blob,
  model: 'Grant',
  grant_digest: blob,
  sign_in: 'one',
  alias: null,
  after: null,
  source: null,
  sealed: blob,
  made_ms: 1,
  expires_ms: 2,
  consumed_ms: null,
  seen_ms: null,
};

it('a row that no writer of ours wrote is not read', () => {
  assert.equal(oauthRowOf(ROW).model, 'Grant');
  for (const wrong of [{ model: 'Admin' }, { model: 1 }, { digest: 'text' }, { expires_ms: null }, { sealed: null }])
    assert.throws(() => oauthRowOf({ ...ROW, ...wrong }), /damaged/, JSON.stringify(wrong));
  assert.throws(() => signInRowOf({ id: 1 }), /damaged/);
  assert.deepEqual([isOAuthModel('RefreshToken'), isOAuthModel('Client')], [true, false]);
});

it('a token whose grant or sign-in is not there is none', () => {
  const token = { sealed: blob, expires_ms: 2, grant_digest: null, sign_in: null, granted: null, unseen: null };
  assert.deepEqual(tokenRowOf(token), {
    sealed: blob,
    expiresMs: 2,
    grant: undefined,
    signIn: undefined,
    unseen: undefined,
  });
  assert.equal(tokenRowOf({ ...token, grant_digest: blob }), undefined);
  assert.equal(tokenRowOf({ ...token, sign_in: 'one', s_id: null }), undefined);
  assert.equal(tokenRowOf({ ...token, sign_in: 'one', s_id: 'one', s_ended_ms: 5 }), undefined);
});
