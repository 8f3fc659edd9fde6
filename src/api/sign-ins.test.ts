import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { SignIn } from '#api/contract/sign-in.ts';
import { ROUTES } from '#api/routes.ts';
import { ADMIN_TOKEN, AUDITOR_TOKEN, by, listenApi, POLICY_TOKEN } from '#test/fakes/api.ts';
import { ADA } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';
import { grantOf, startMeSite } from '#test/fakes/me-site.ts';

async function arrange(t: TestContext) {
  const site = await startMeSite(t);
  const ofIssuer = { issuer: ADA.issuer };
  const ada = site.signIn('ada1', 'ada', ofIssuer);
  site.signIn('ada2', 'ada', { ...ofIssuer, signedInAtMs: site.clock.nowMs + 1 });
  site.signIn('eve1', 'eve', ofIssuer);
  site.grants.set(ada.id, [grantOf('g1', 'vscode', ['https://mcp.example/mcp/notes'])]);
  const { browser } = await site.browser(ada);
  const people = {
    signIns: { ...site.me.signIns, find: (id: string) => site.signIns.get(id) },
    sessions: site.sessions,
    grants: site.me.grants,
  };
  const { ask, gateway } = await listenApi(t, ROUTES, { people });
  const call = async (method: string, path: string, token = ADMIN_TOKEN) => {
    const answer = await ask({ method, path: `/api/v1/sign-ins${path}`, headers: by(token) });
    return { status: answer.status, json: JSON.parse(answer.text) as unknown };
  };
  return { site, browser, gateway, call, people };
}
const codeOf = (json: unknown): unknown => (json as { readonly code?: unknown }).code;

test('an admin and an auditor see where one person is signed in, and with what', async (t) => {
  const { call } = await arrange(t);
  for (const token of [ADMIN_TOKEN, AUDITOR_TOKEN]) {
    const { status, json } = await call('GET', `?subject=ada&issuer=${encodeURIComponent(ADA.issuer)}`, token);
    const [newest, first] = SignIn.array().parse(json);
    assert.deepEqual([status, newest?.id, first?.id], [200, 'ada2', 'ada1']);
    assert.deepEqual(
      first?.browsers.map(({ browser, network }) => [browser, network]),
      [['Firefox on Linux', '192.0.2.0/24']],
    );
    assert.deepEqual(
      first?.clients.map(({ client, resources }) => [client, resources]),
      [['gatebook:vscode', ['https://mcp.example/mcp/notes']]],
    );
  }
  assert.deepEqual((await call('GET', '?subject=nobody')).json, []);
  assert.equal(SignIn.array().parse((await call('GET', '?subject=eve')).json).length, 1);
  assert.equal((await call('GET', '?subject=ada', POLICY_TOKEN)).status, 403);
  assert.equal(codeOf((await call('GET', '?subject=ada&issuer=https://other.example')).json), 'invalid_parameter');
  assert.equal((await call('GET', '')).status, 400);
});

test('an admin ends one, in the book first, and its browser is out', async (t) => {
  const { site, browser, gateway, call } = await arrange(t);
  assert.equal((await call('DELETE', '/ada1', AUDITOR_TOKEN)).status, 403);
  assert.equal((await browser.open(`${site.origin}/me`)).status, 200);
  const ended = await call('DELETE', '/ada1');
  assert.deepEqual([ended.status, ended.json], [200, { record: 'a:1', endsYou: false }]);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['denied forbidden', 'control sign_in_ended']);
  const header = headerOf(gateway.ledger.entries[1]);
  assert.deepEqual([header.caller?.subject, header.detail?.['subject']], ['grace', 'ada']);
  assert.equal((await browser.open(`${site.origin}/me`, { stopAt: `${site.origin}/signin` })).status, 0);
  assert.equal((await call('DELETE', '/ada1')).status, 404);
  assert.equal((await call('DELETE', '/unknown')).status, 404);
});

test('what cannot be recorded, kept or read is said so', async (t) => {
  const { site, gateway, call, people } = await arrange(t);
  gateway.ledger.refusing = () => LATCHED;
  assert.equal(codeOf((await call('DELETE', '/ada1')).json), 'audit_unavailable');
  assert.equal(site.signIns.get('ada1')?.endedAtMs, undefined);
  gateway.ledger.refusing = () => undefined;
  people.signIns.end = () => Promise.reject(new Error('no disk'));
  const kept = await call('DELETE', '/ada1');
  assert.deepEqual(
    [codeOf(kept.json), (kept.json as { executed?: unknown }).executed],
    ['state_unavailable', 'unknown'],
  );
  people.signIns.of = () => {
    throw new Error('no disk');
  };
  assert.equal(codeOf((await call('GET', '?subject=ada')).json), 'state_unavailable');
});

test('where nobody signs in there is nobody', async (t) => {
  const { ask } = await listenApi(t, ROUTES);
  for (const [method, path] of [
    ['GET', '?subject=ada'],
    ['DELETE', '/ada1'],
  ] as const)
    assert.equal((await ask({ method, path: `/api/v1/sign-ins${path}`, headers: by(ADMIN_TOKEN) })).status, 404);
});
