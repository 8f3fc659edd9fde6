import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createSignInState } from '#store/sign-in-state.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const digest = Buffer.alloc(32, 1);
const person = Buffer.alloc(32, 2);

test('what a thread wrote is read here, by another process too', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  closeSync(openSync(path, 'a'));
  const [here, there] = [createSignInState({ path, limits: LIMITS }), createSignInState({ path, limits: LIMITS })];
  t.after(() => Promise.all([here.close(), there.close()]));
  const row = { digest, person, client: digest, sealed: Buffer.from('x'), givenAtMs: 1, endsAtMs: 2 };
  await here.consents.put(row);
  assert.equal(there.consents.find(digest)?.endsAtMs, 2);
  assert.equal(there.consents.of(person).length, 1);
  await there.consents.remove(digest);
  assert.equal(here.consents.find(digest), undefined);

  const link = { digest, person, sealed: Buffer.from('x'), linkedAtMs: 7 };
  assert.equal(await here.slackLinks.add(link), true);
  assert.equal(await there.slackLinks.add(link), false);
  assert.equal(there.slackLinks.find(digest)?.linkedAtMs, 7);
  assert.equal(there.slackLinks.of(person).length, 1);
  await there.slackLinks.remove(digest);
  assert.equal(here.slackLinks.find(digest), undefined);

  const times = { nowMs: 0, untilMs: 10 };
  const claimed = await Promise.all([
    here.claims.claim(digest, 'here', times),
    there.claims.claim(digest, 'there', times),
  ]);
  assert.deepEqual(claimed.toSorted(), [false, true]);
  await here.claims.letGo(digest, 'here');
  await there.claims.letGo(digest, 'there');
  assert.equal(await here.claims.claim(digest, 'here', times), true);
});

test('nothing is opened before the first use', () => {
  const state = createSignInState({ path: '/nowhere/state.db', limits: LIMITS });
  assert.throws(() => state.consents.find(digest), /ENOENT/);
});

test('after the end nothing is read', async (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  closeSync(openSync(path, 'a'));
  const state = createSignInState({ path, limits: LIMITS });
  await state.close();
  assert.throws(() => state.consents.find(digest), /closed/);
  await assert.rejects(state.claims.claim(digest, 'x', { nowMs: 0, untilMs: 1 }), /closed/);
});
