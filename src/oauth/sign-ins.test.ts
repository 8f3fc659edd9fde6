import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { createSignIns } from '#oauth/sign-ins.ts';
import { createOAuthStore } from '#store/oauth-store.ts';
import { emptyStateFile, NOW } from '#test/fakes/oauth-rows.ts';
import type { TestContext } from 'node:test';
import { readFileSync } from 'node:fs';

const ADA: SignIn = {
  id: 'one',
  issuer: 'https://idp.example.com',
  namespace: 'okta',
  subject: 'subject-of-ada',
  login: 'ada@example.com',
  groups: ['okta:readers'],
  signedInAtMs: NOW,
  expiresAtMs: NOW + 3_600_000,
  checkedAtMs: NOW,
  sealedRefresh: Buffer.from('sealed'),
  endedAtMs: undefined,
};

function open(t: TestContext) {
  const path = emptyStateFile(t);
  const rows = createOAuthStore({ path, limits: LIMITS });
  t.after(() => rows.close());
  const keys = createOAuthKeys(Buffer.alloc(32, 7), randomBytes);
  return { path, rows, signIns: createSignIns(rows, keys, () => NOW) };
}

it('a sign-in is found as it was made, by its id and by whose it is, and the file says nothing of the person', async (t) => {
  const { path, signIns } = open(t);
  await signIns.create(ADA);
  assert.deepEqual(signIns.find('one'), ADA);
  assert.deepEqual(signIns.of(ADA.issuer, ADA.subject), [ADA]);
  assert.deepEqual(signIns.of(ADA.issuer, 'grace'), []);
  assert.equal(signIns.find('two'), undefined);
  const file = Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]);
  for (const word of ['subject-of-ada', 'ada@', 'readers', 'idp.example'])
    assert.equal(file.includes(word), false, word);
});

it('what the issuer says anew is kept, by several at once too, and what is not said stays', async (t) => {
  const { signIns } = open(t);
  await signIns.create(ADA);
  await Promise.all([
    signIns.update('one', { groups: ['okta:admins'] }),
    signIns.update('one', { checkedAtMs: NOW + 5 }),
    signIns.update('one', { sealedRefresh: undefined }),
  ]);
  assert.deepEqual(signIns.find('one'), {
    ...ADA,
    groups: ['okta:admins'],
    checkedAtMs: NOW + 5,
    sealedRefresh: undefined,
  });
});

it('what has ended is not changed, and is no longer one of the person’s', async (t) => {
  const { signIns } = open(t);
  await signIns.create(ADA);
  await signIns.end('one', NOW + 1);
  await signIns.update('one', { groups: ['okta:admins'] });
  assert.deepEqual([signIns.find('one')?.endedAtMs, signIns.find('one')?.groups], [NOW + 1, ADA.groups]);
  assert.deepEqual(signIns.of(ADA.issuer, ADA.subject), []);
});
