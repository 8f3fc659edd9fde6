import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSlackLinks, SLACK_LINKS_SEAL } from '#notify/slack/slack-links.ts';
import { createSeal } from '#oauth/seal.ts';
import { fakeSlackLinkStore } from '#test/fakes/sign-in-state.ts';

const ADA = { issuer: 'https://okta.example', subject: 'ada' };
const EVE = { issuer: 'https://okta.example', subject: 'eve' };
const MEMBER = { notifier: 'ops', team: 'T0ACME', user: 'U0ADA' };

function open(secret = randomBytes(32), store = fakeSlackLinkStore()) {
  const seal = createSeal(secret, SLACK_LINKS_SEAL, randomBytes);
  return { store, secret, links: createSlackLinks({ store, secret, seal, clock: () => 7 }) };
}

test('a linked account is its person’s, and no account beside it is', async () => {
  const { links } = open();
  assert.equal(await links.link(MEMBER, ADA), true);
  assert.deepEqual(links.find(MEMBER), ADA);
  for (const other of [{ team: 'T0EVIL' }, { user: 'U0EVE' }, { notifier: 'other' }])
    assert.equal(links.find({ ...MEMBER, ...other }), undefined);
});

test('whose an account is cannot be changed by linking it again', async () => {
  const { links } = open();
  await links.link(MEMBER, ADA);
  assert.equal(await links.link(MEMBER, EVE), false);
  assert.deepEqual(links.find(MEMBER), ADA);
});

test('people see and remove their own alone', async () => {
  const { links } = open();
  await links.link(MEMBER, ADA);
  const [mine] = links.of(ADA);
  assert.deepEqual(mine, { ...MEMBER, id: mine?.id, linkedAtMs: 7 });
  assert.deepEqual(links.of(EVE), []);
  assert.equal(await links.unlink(EVE, mine?.id ?? ''), false);
  assert.equal(await links.unlink(ADA, mine?.id ?? ''), true);
  assert.equal(links.find(MEMBER), undefined);
});

test('a row says nothing of whose it is, and means nothing in the place of another, or under another key', async () => {
  const { links, store, secret } = open();
  await links.link(MEMBER, ADA);
  await links.link({ ...MEMBER, user: 'U0EVE' }, EVE);
  const [[key, ada] = [], [, eve] = []] = [...store.rows];
  assert.ok(key !== undefined && ada !== undefined && eve !== undefined);
  assert.equal(/ada|U0ADA|okta/.test(JSON.stringify(ada) + Buffer.from(ada.sealed).toString('latin1')), false);
  assert.equal(open(randomBytes(32), store).links.find(MEMBER), undefined);
  // Whoever can write the file hands Ada's account to nobody else.
  store.rows.set(key, { ...ada, sealed: eve.sealed, person: eve.person });
  assert.equal(open(secret, store).links.find(MEMBER), undefined);
});
