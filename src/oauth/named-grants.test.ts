import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import { createNamedGrants } from '#oauth/named-grants.ts';
import { createOAuthStore } from '#store/oauth-store.ts';
import { emptyStateFile, NOW, rowOf } from '#test/fakes/oauth-rows.ts';

it('a grant is found by the name the book gives it, and ends with all that came of it', async (t) => {
  const rows = createOAuthStore({ path: emptyStateFile(t), limits: LIMITS });
  t.after(() => rows.close());
  const keys = createOAuthKeys(Buffer.alloc(32, 7), (count) => Buffer.alloc(count, 1));
  const grants = createNamedGrants(rows, keys);
  const [one, other] = ['one', 'other'].map((id) => keys.rowDigest('Grant', id));
  assert.ok(one !== undefined && other !== undefined);
  for (const digest of [one, other]) {
    await rows.write({ act: 'put', row: rowOf('', { digest, model: 'Grant', grant: digest }), nowMs: NOW });
    const token = keys.tokenDigest(digest.toString('hex'));
    await rows.write({ act: 'put', row: rowOf('', { digest: token, grant: digest }), nowMs: NOW });
  }
  const name = keys.grantName(one);
  assert.deepEqual(grants.find(name), { name, signIn: undefined });
  await grants.end(name);
  assert.equal(grants.find(name), undefined);
  assert.equal(rows.token(keys.tokenDigest(one.toString('hex'))), undefined);
  assert.notEqual(rows.token(keys.tokenDigest(other.toString('hex'))), undefined, 'another grant goes on');
  for (const none of ['', 'no name', `${name}x`, keys.grantName(Buffer.alloc(32))]) {
    assert.equal(grants.find(none), undefined);
    await grants.end(none);
  }
});
