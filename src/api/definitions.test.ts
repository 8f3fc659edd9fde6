import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { AcceptanceDone, acceptDefinitions, Definition } from '#api/contract/definition.ts';
import { serveAcceptance } from '#api/definitions.ts';
import { ROUTES } from '#api/routes.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { createFakeDefinitionStore, fakeDefinitions, foundTool } from '#test/fakes/definitions.ts';
import {
  apiParts,
  ADMIN_TOKEN,
  AUDITOR_TOKEN,
  BOTH_TOKEN,
  by,
  listenApi,
  POLICY_TOKEN,
  STRANGER_TOKEN,
} from '#test/fakes/api.ts';
import { fakeGateway, GRACE, idOf } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const PATH = '/api/v1/definitions';
const HIDDEN = [{ pointer: '/description', classes: ['tag'] }] as const;

/** `get` changed, `odd` hides text, `put` is fine, and so is a prompt of another connection. */
async function listen(t: TestContext) {
  const store = createFakeDefinitionStore();
  const definitions = fakeDefinitions({}, store);
  const see = async (connection: string, ...found: readonly ReturnType<typeof foundTool>[]) =>
    definitions.known.apply(await store.note({ connection, found, atMs: 1 }));
  await see('notes', foundTool('put', '{}'), foundTool('get', '{"v":1}'), foundTool('get', '{"v":2}'));
  await see('notes', foundTool('odd', '{"h":1}', { hidden: HIDDEN }));
  await see('github', foundTool('ask', '{}', { kind: 'prompt' }));
  const { ask, gateway } = await listenApi(t, ROUTES, { definitions });
  const get = async (query: string, token = AUDITOR_TOKEN) => {
    const answer = await ask({ method: 'GET', path: `${PATH}${query}`, headers: by(token) });
    return { ...answer, json: JSON.parse(answer.text) as unknown };
  };
  const accept = async (body: object, token = ADMIN_TOKEN) => {
    const headers = { ...by(token), 'content-type': 'application/json' };
    const answer = await ask({ method: 'POST', path: `${PATH}/acceptances`, headers, body: JSON.stringify(body) });
    return { ...answer, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  const names = async (query: string) =>
    z
      .array(Definition)
      .parse((await get(query)).json)
      .map(({ name }) => name);
  return { gateway, store, definitions, get, accept, names };
}
const V2 = foundTool('', '{"v":2}').hash;
const ACCEPT = { connection: 'notes', accept: [{ name: 'get', hash: V2 }] };

test('definitions are listed in order, with what waits for an admin, in pages', async (t) => {
  const { get, names } = await listen(t);
  assert.deepEqual(await names(''), ['ask', 'get', 'odd', 'put']);
  assert.deepEqual(await names('?connection=notes'), ['get', 'odd', 'put']);
  assert.deepEqual(await names('?waits=true'), ['get', 'odd']);
  const listed = z.array(Definition).parse((await get('?connection=notes')).json);
  assert.deepEqual(
    listed.map(({ changed, hidden }) => [changed, hidden]),
    [
      [true, false],
      [false, true],
      [false, false],
    ],
  );
  assert.deepEqual(listed[1]?.versions[0]?.hidden, HIDDEN);
  assert.equal(JSON.stringify(listed).includes('"text"'), false);

  const first = await get('?limit=3');
  const next = /<([^>]+)>; rel="next"/.exec(String(first.headers['link']))?.[1];
  assert.ok(next !== undefined, String(first.headers['link']));
  assert.deepEqual(await names(new URL(next).search), ['put']);
  assert.equal((await get('?after=elsewhere')).status, 400);
});

test('one definition is shown with the texts of its versions', async (t) => {
  const { get, store } = await listen(t);
  const shown = Definition.parse((await get('/one?connection=notes&name=get')).json);
  assert.deepEqual(
    shown.versions.map(({ text, accepted, waits }) => [text, accepted, waits]),
    [
      ['{"v":1}', 'first_use', false],
      ['{"v":2}', null, true],
    ],
  );
  assert.equal((await get('/one?connection=notes&name=none')).status, 404);
  assert.equal((await get('/one?connection=notes&kind=spell&name=get')).status, 400);
  store.failing.add('texts');
  assert.equal((await get('/one?connection=notes&name=get')).status, 503);
});

test('an admin accepts a version by its hash, and only an admin', async (t) => {
  const { gateway, definitions, accept, get } = await listen(t);
  assert.equal((await accept(ACCEPT, AUDITOR_TOKEN)).status, 403);
  assert.equal((await accept(ACCEPT, STRANGER_TOKEN)).status, 403);
  assert.equal((await get('', STRANGER_TOKEN)).status, 403);
  assert.equal(definitions.known.standing('notes', 'tool', 'get').changed, true);
  const done = await accept(ACCEPT);
  assert.equal(done.status, 200);
  const { records, definitions: now } = AcceptanceDone.parse(done.json);
  assert.equal(now[0]?.changed, false);
  assert.equal(definitions.known.standing('notes', 'tool', 'get').changed, false);
  const entry = gateway.ledger.entries.at(-1);
  assert.deepEqual(
    [shapeOf([entry].flatMap((one) => one ?? [])), records.length],
    [['control definition_accepted'], 1],
  );
  assert.equal(headerOf(entry).caller?.subject, 'grace');
});

test('a policy approver accepts, and an admin who is an auditor too does not', async (t) => {
  const { accept, definitions, gateway } = await listen(t);
  const refused = await accept(ACCEPT, BOTH_TOKEN);
  assert.deepEqual([refused.status, refused.json['code'], refused.json['executed']], [403, 'forbidden', 'no']);
  const [entry] = gateway.ledger.entries;
  assert.deepEqual([headerOf(entry).reason, headerOf(entry).caller?.subject], ['auditor', 'both']);
  assert.equal(definitions.known.standing('notes', 'tool', 'get').changed, true);
  assert.equal((await accept(ACCEPT, POLICY_TOKEN)).status, 200);
  assert.equal(definitions.known.standing('notes', 'tool', 'get').changed, false);
});

test('accepting one alone takes the others for nothing', async (t) => {
  const { accept } = await listen(t);
  const v1 = foundTool('', '{"v":1}').hash;
  const done = AcceptanceDone.parse(
    (await accept({ ...ACCEPT, accept: [{ name: 'get', hash: v1 }], only: true })).json,
  );
  assert.deepEqual(
    done.definitions[0]?.versions.map(({ hash }) => hash),
    [v1],
  );
  const both = await accept({
    ...ACCEPT,
    only: true,
    accept: [
      { name: 'get', hash: v1 },
      { name: 'get', hash: V2 },
    ],
  });
  assert.deepEqual([both.status, both.json['parameter']], [400, 'accept']);
});

test('what was not seen, or is not what the contract says, is refused and changes nothing', async (t) => {
  const { gateway, accept } = await listen(t);
  const before = gateway.ledger.entries.length;
  for (const [body, status] of [
    [{ ...ACCEPT, accept: [...ACCEPT.accept, { name: 'get', hash: '0'.repeat(64) }] }, 404],
    [{ ...ACCEPT, connection: 'github' }, 404],
    [{ ...ACCEPT, accept: [] }, 400],
    [{ ...ACCEPT, accept: [{ name: 'get', hash: 'x' }] }, 400],
    [{ ...ACCEPT, accept: [{ name: 'get' }] }, 400],
    [{ ...ACCEPT, all: true }, 400],
  ] as const)
    assert.equal((await accept(body)).status, status, JSON.stringify(body));
  assert.equal(gateway.ledger.entries.length, before);
});

test('what cannot be recorded or kept is refused with what became of it', async (t) => {
  const { gateway, store, accept } = await listen(t);
  gateway.ledger.refusing = (entry) => (entry?.kind === 'control' ? LATCHED : undefined);
  const unrecorded = await accept(ACCEPT);
  assert.deepEqual([unrecorded.status, unrecorded.json['executed']], [503, 'no']);
  gateway.ledger.refusing = () => undefined;
  store.failing.add('accept');
  const unkept = await accept(ACCEPT);
  assert.deepEqual([unkept.json['code'], unkept.json['executed']], ['state_unavailable', 'unknown']);
});

test('who decides is looked at where it is decided, not only on the way there', async () => {
  const definitions = fakeDefinitions({}, createFakeDefinitionStore());
  const gateway = fakeGateway();
  const call = {
    id: idOf(1),
    source: '::1',
    method: 'POST',
    path: `${PATH}/acceptances`,
    signal: new AbortController().signal,
    verified: asVerified({ caller: GRACE, issuedAtMs: 0, expiresAtMs: 1, tokenDigest: '' }),
    token: ADMIN_TOKEN,
    operation: acceptDefinitions,
    roles: new Set(['admin', 'auditor'] as const),
  };
  const body = { connection: 'notes', accept: [{ kind: 'tool' as const, name: 'get', hash: V2 }], only: false };
  const refused = await serveAcceptance(call, { body }, { ...apiParts(gateway), definitions });
  assert.equal(refused.ok ? '' : refused.error.reason, 'auditor');
  assert.deepEqual(gateway.ledger.entries, []);
});
