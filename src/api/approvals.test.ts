import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { Approval } from '#api/contract/approval.ts';
import { ROUTES } from '#api/routes.ts';
import { anApprovalRequest, TERMS } from '#test/fakes/approval.ts';
import {
  ADMIN_TOKEN,
  AUDITOR_TOKEN,
  BOTH_TOKEN,
  by,
  LEAD_TOKEN,
  listenApi,
  ON_CALL_TOKEN,
  STRANGER_TOKEN,
} from '#test/fakes/api.ts';
import { EVE, idOf } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const PATH = '/api/v1/approvals';
const ID = `apr_${idOf(7)}`;
const OTHER = `apr_${idOf(8)}`;

/** One that Eve asks the leads about, one that Lena asks them about. */
async function listen(t: TestContext, options: Parameters<typeof listenApi>[2] = {}) {
  const { ask, gateway } = await listenApi(t, ROUTES, options);
  const expiresMs = gateway.clock() + TERMS.waitMs;
  const eve = { issuer: EVE.issuer, subject: EVE.subject, kind: 'person', groups: [], client: 'okta:cli' } as const;
  const request = { askedMs: gateway.clock(), expiresMs };
  await gateway.approvalStore.create(anApprovalRequest({ ...request, id: ID, requester: eve }));
  await gateway.approvalStore.create(
    anApprovalRequest({ ...request, id: OTHER, requester: { ...eve, subject: 'lena' } }),
  );
  const get = async (path: string, token: string) => {
    const answer = await ask({ method: 'GET', path: `${PATH}${path}`, headers: by(token) });
    return { status: answer.status, json: JSON.parse(answer.text) as unknown };
  };
  const ids = async (token: string, query = '') =>
    z
      .array(Approval)
      .parse((await get(query, token)).json)
      .map(({ id, mayDecide }) => [id, mayDecide]);
  const decide = async (id: string, token: string, body: object) => {
    const headers = { ...by(token), 'content-type': 'application/json' };
    const answer = await ask({ method: 'POST', path: `${PATH}/${id}/decision`, headers, body: JSON.stringify(body) });
    return { status: answer.status, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  return { gateway, get, ids, decide };
}

test('people see what they may decide and what they asked for; admins and auditors see all and decide none of it', async (t) => {
  const { ids, get } = await listen(t);
  assert.deepEqual(await ids(LEAD_TOKEN), [
    [ID, true],
    [OTHER, false],
  ]);
  assert.deepEqual(await ids(STRANGER_TOKEN), [[ID, false]]);
  for (const token of [ADMIN_TOKEN, AUDITOR_TOKEN])
    assert.deepEqual(await ids(token), [
      [ID, false],
      [OTHER, false],
    ]);
  assert.equal((await get(`/${OTHER}`, STRANGER_TOKEN)).status, 404);
  assert.equal((await get(`/${ID}`, STRANGER_TOKEN)).status, 200);
  assert.deepEqual(await ids(LEAD_TOKEN, '?state=denied'), []);
});

test('a decision is in the book before it is in force, with its reason masked', async (t) => {
  const { decide, gateway, ids } = await listen(t);
  const reason = `ticket 17, ${LEAD_TOKEN}`;
  const { status, json } = await decide(ID, LEAD_TOKEN, { decision: 'approve', reason });
  assert.equal(status, 200);
  const approval = Approval.parse(json);
  assert.deepEqual([approval.state, approval.granted], ['approved', 'once']);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control approval_vote']);
  const header = headerOf(gateway.ledger.entries[0]);
  assert.equal(header.caller?.subject, 'lena');
  assert.match(header.reason ?? '', /^ticket 17, /);
  assert.equal(JSON.stringify([header, json]).includes(LEAD_TOKEN), false);
  assert.deepEqual(await ids(LEAD_TOKEN), [[OTHER, false]]);
  assert.deepEqual(await ids(LEAD_TOKEN, '?state=approved'), [[ID, false]]);
});

test('nobody decides what they ask for, what others decide, what is over, or what the rule does not offer', async (t) => {
  const { decide, gateway } = await listen(t);
  const yes = { decision: 'approve' };
  const refused = async (id: string, token: string, body: object = yes) => {
    const { status, json } = await decide(id, token, body);
    return [status, json['code'], json['executed']];
  };
  assert.deepEqual(await refused(OTHER, LEAD_TOKEN), [403, 'forbidden', 'no']);
  assert.deepEqual(await refused(ID, ADMIN_TOKEN), [403, 'forbidden', 'no']);
  assert.deepEqual(await refused(ID, BOTH_TOKEN), [403, 'forbidden', 'no']);
  assert.deepEqual(await refused(OTHER, STRANGER_TOKEN), [404, 'not_found', undefined]);
  assert.deepEqual(await refused(`apr_${idOf(9)}`, LEAD_TOKEN), [404, 'not_found', undefined]);
  assert.deepEqual(await refused('apr_x', LEAD_TOKEN), [400, 'invalid_parameter', undefined]);
  assert.deepEqual(await refused(ID, LEAD_TOKEN, { decision: 'perhaps' }), [400, 'invalid_parameter', undefined]);
  assert.equal((await decide(ID, LEAD_TOKEN, { decision: 'deny' })).status, 200);
  assert.deepEqual(await refused(ID, LEAD_TOKEN), [409, 'approval_over', 'no']);
  assert.equal(gateway.approvalStore.find(OTHER)?.state, 'pending');
});

test('a decision that cannot be recorded is not one', async (t) => {
  const { decide, gateway } = await listen(t);
  gateway.ledger.refusing = () => LATCHED;
  const { status, json } = await decide(ID, LEAD_TOKEN, { decision: 'approve' });
  assert.deepEqual([status, json['code']], [503, 'audit_unavailable']);
  assert.equal(gateway.approvalStore.find(ID)?.state, 'pending');
});

test('what cannot be read is said to be so', async (t) => {
  const { get, gateway } = await listen(t);
  gateway.approvalStore.fail();
  assert.equal((await get('', LEAD_TOKEN)).status, 503);
  assert.equal((await get(`/${ID}`, LEAD_TOKEN)).status, 503);
});

test('whoever broke the glass sees and decides what others ask, which everybody sees it was', async (t) => {
  const shut = await listen(t);
  assert.deepEqual(await shut.ids(ON_CALL_TOKEN), []);
  assert.equal((await shut.decide(ID, ON_CALL_TOKEN, { decision: 'approve' })).status, 404);
  const { decide, ids, gateway } = await listen(t, {
    glassOf: ({ subject }) => (subject === 'nina' ? 'a:9' : undefined),
  });
  assert.deepEqual(await ids(ON_CALL_TOKEN), [
    [ID, true],
    [OTHER, true],
  ]);
  const { status, json } = await decide(ID, ON_CALL_TOKEN, { decision: 'approve', reason: 'the site is down' });
  assert.equal(status, 200);
  assert.equal(Approval.parse(json).votes[0]?.isBreakGlass, true);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control approval_break_glass', 'control approval_vote']);
  assert.deepEqual(await ids(ON_CALL_TOKEN, '?state=approved'), [[ID, false]]);
});
