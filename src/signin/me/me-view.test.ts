import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownSignIns, viewMe } from '#signin/me/me-view.ts';
import { grantOf, startMeSite } from '#test/fakes/me-site.ts';

test('a person sees every sign-in of theirs, its browsers and its programs, and nothing of anybody else', async (t) => {
  const site = await startMeSite(t);
  const first = site.signIn('ada-1', 'ada');
  site.clock.nowMs += 60_000;
  const second = site.signIn('ada-2', 'ada');
  const eve = site.signIn('eve-1', 'eve');
  site.signIn('other-1', 'ada', { issuer: 'https://login.partners.example' });
  const { present } = await site.browser(first);
  await site.browser(second);
  await site.browser(eve);
  const notes = `${site.origin}/mcp/notes`;
  site.grants.set('ada-2', [grantOf('g1', 'vscode', [notes]), grantOf('g2', 'gatebook-cli', [`${site.origin}/api`])]);
  site.grants.set('eve-1', [grantOf('g3', 'cursor', [notes])]);
  const consented = {
    clientId: 'vscode',
    clientName: 'VS Code',
    place: '127.0.0.1',
    resource: notes,
    metadataDigest: 'd',
  };
  await site.consents.give(first, consented);
  await site.consents.give(eve, { ...consented, clientName: 'Eve’s' });

  const me = viewMe(present, site.me);
  assert.deepEqual([me.login, me.roles, me.groups], ['ada@example.com', ['admin'], ['okta:everyone']]);
  assert.deepEqual(
    me.signIns.map(({ id, isThis, browsers, clients }) => [
      id,
      isThis,
      browsers.map((one) => one.isThis),
      clients.length,
    ]),
    [
      ['ada-2', false, [false], 2],
      ['ada-1', true, [true], 0],
    ],
  );
  const [vscode, cli] = me.signIns[0]?.clients ?? [];
  assert.deepEqual([vscode?.clientName, vscode?.place, vscode?.reaches], ['VS Code', '127.0.0.1', ['notes']]);
  assert.deepEqual([cli?.clientName, cli?.reaches], [undefined, ['API']]);
  assert.deepEqual(
    me.consents.map(({ clientName, reaches }) => [clientName, reaches]),
    [['VS Code', 'notes']],
  );
  const [browser] = me.signIns[1]?.browsers ?? [];
  assert.deepEqual([browser?.browser, browser?.network], ['Firefox on Linux', '192.0.2.0/24']);
});

test('what has ended or is over is not shown', async (t) => {
  const site = await startMeSite(t);
  const ada = site.signIn('ada-1', 'ada');
  site.signIn('ada-2', 'ada', { endedAtMs: site.clock.nowMs });
  site.signIn('ada-3', 'ada', { expiresAtMs: site.clock.nowMs });
  assert.deepEqual(
    ownSignIns(ada, site.me).map(({ id }) => id),
    ['ada-1'],
  );
});
