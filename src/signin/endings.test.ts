import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { callerOf } from '#oauth/sign-in.ts';
import { endGrant, endSignIn, endWebSession } from '#signin/endings.ts';
import type { EndedBy } from '#signin/endings.ts';
import { headerOf, LATCHED } from '#test/fakes/ledger.ts';
import { grantOf, startMeSite } from '#test/fakes/me-site.ts';

async function arrange(t: TestContext) {
  const site = await startMeSite(t);
  const ada = site.signIn('ada-1', 'ada');
  site.grants.set(ada.id, [grantOf('g1', 'vscode')]);
  const { present } = await site.browser(ada);
  const by: EndedBy = { caller: callerOf(ada, undefined), reason: 'by_person', source: '192.0.2.77' };
  return { site, ada, by, session: present.session.id, ledger: site.parts.gateway.ledger };
}

test('each ending is in the book, with who and what, before it is one', async (t) => {
  const { site, ada, by, session, ledger } = await arrange(t);
  const grant = { name: 'g1', clientId: 'vscode' };
  assert.deepEqual(
    [
      await endWebSession(ada, session, by, site.me),
      await endGrant(ada, grant, by, site.me),
      await endSignIn(ada, by, site.me),
    ].map(({ ok }) => ok),
    [true, true, true],
  );
  assert.deepEqual(
    ledger.entries.map((entry) => [entry.st, headerOf(entry).caller?.subject, headerOf(entry).detail]),
    [
      ['web_session_ended', 'ada', { session, signIn: 'ada-1' }],
      ['grant_ended', 'ada', { grant: 'g1', clientId: 'vscode', signIn: 'ada-1' }],
      ['sign_in_ended', 'ada', { signIn: 'ada-1' }],
    ],
  );
  assert.deepEqual([site.sessions.of([ada]), site.grants.get('ada-1')], [[], []]);
  assert.equal(site.signIns.get('ada-1')?.endedAtMs, site.clock.nowMs);
});

test('an admin who ends it is named, and whose it was', async (t) => {
  const { site, ada, ledger } = await arrange(t);
  const admin = { ...callerOf({ ...ada, subject: 'grace' }, undefined) };
  await endSignIn(ada, { caller: admin, reason: 'by_admin', source: '' }, site.me);
  const header = headerOf(ledger.entries[0]);
  assert.deepEqual([header.caller?.subject, header.detail?.['subject'], header.reason], ['grace', 'ada', 'by_admin']);
});

test('what cannot be recorded does not end', async (t) => {
  const { site, ada, by, session, ledger } = await arrange(t);
  ledger.refusing = () => LATCHED;
  for (const ended of [
    await endSignIn(ada, by, site.me),
    await endWebSession(ada, session, by, site.me),
    await endGrant(ada, { name: 'g1', clientId: '' }, by, site.me),
  ])
    assert.deepEqual(ended, { ok: false, error: { code: 'audit_unavailable', reason: 'latched' } });
  assert.equal(site.signIns.get('ada-1')?.endedAtMs, undefined);
  assert.deepEqual([site.sessions.of([ada]).length, site.grants.get('ada-1')?.length], [1, 1]);
});

test('what is recorded and could not be put in force is not said to have ended', async (t) => {
  const { site, ada, by } = await arrange(t);
  const failing = { ...site.me, signIns: { ...site.me.signIns, end: () => Promise.reject(new Error('no disk')) } };
  assert.deepEqual(await endSignIn(ada, by, failing), {
    ok: false,
    error: { code: 'state_unavailable', reason: 'not_in_force' },
  });
});
