import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Approval } from '#api/contract/approval.ts';
import { ROUTES } from '#api/routes.ts';
import { anApprovalRequest, TERMS } from '#test/fakes/approval.ts';
import { by, LEAD_TOKEN, listenApi, STRANGER_TOKEN } from '#test/fakes/api.ts';
import { EVE, idOf } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const ID = `apr_${idOf(7)}`;
const OTHER = `apr_${idOf(8)}`;
const WHY = { reason: `the customer asked, ${STRANGER_TOKEN}`, ticket: 'OPS-17' };

/** One that Eve asks the leads about, one that Lena asks. */
async function listen(t: TestContext) {
  const { ask, gateway } = await listenApi(t, ROUTES);
  const terms = { ...TERMS, asks: { reason: true, ticket: 'OPS-[0-9]+' } };
  const eve = { issuer: EVE.issuer, subject: EVE.subject, kind: 'person', groups: [], client: undefined } as const;
  const request = { askedMs: gateway.clock(), expiresMs: gateway.clock() + terms.waitMs, terms };
  await gateway.approvalStore.create(anApprovalRequest({ ...request, id: ID, requester: eve }));
  const lena = { ...eve, subject: 'lena' };
  await gateway.approvalStore.create(anApprovalRequest({ ...request, id: OTHER, requester: lena }));
  const post = async (path: string, token: string, body: object) => {
    const headers = { ...by(token), 'content-type': 'application/json' };
    const answer = await ask({
      method: 'POST',
      path: `/api/v1/approvals/${path}`,
      headers,
      body: JSON.stringify(body),
    });
    return { status: answer.status, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  const refused = async (path: string, token: string, body: object) => {
    const { status, json } = await post(path, token, body);
    return [status, json['code'], json['executed']];
  };
  return { gateway, post, refused };
}

test('whoever asks says why, and it is in the book and kept without what is secret', async (t) => {
  const { gateway, post } = await listen(t);
  const { status, json } = await post(`${ID}/statement`, STRANGER_TOKEN, WHY);
  assert.equal(status, 200);
  const { statement, mayState } = Approval.parse(json);
  assert.deepEqual([statement?.ticket, mayState], ['OPS-17', false]);
  assert.match(statement?.reason ?? '', /^the customer asked, /);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control approval_statement']);
  const header = headerOf(gateway.ledger.entries[0]);
  assert.deepEqual([header.caller?.subject, header.decision?.approval], [EVE.subject, ID]);
  assert.equal(JSON.stringify([json, header]).includes(STRANGER_TOKEN), false);
});

test('nobody agrees before it is said, and it is said once', async (t) => {
  const { post, refused } = await listen(t);
  const yes = { decision: 'approve' };
  assert.deepEqual(await refused(`${ID}/decision`, LEAD_TOKEN, yes), [409, 'statement_missing', 'no']);
  assert.equal((await post(`${ID}/statement`, STRANGER_TOKEN, WHY)).status, 200);
  assert.deepEqual(await refused(`${ID}/statement`, STRANGER_TOKEN, WHY), [409, 'stated_already', 'no']);
  assert.equal((await post(`${ID}/decision`, LEAD_TOKEN, yes)).status, 200);
});

test('nobody says why for somebody else, and what the rule asks for is not left out', async (t) => {
  const { gateway, refused } = await listen(t);
  assert.deepEqual(await refused(`${ID}/statement`, LEAD_TOKEN, WHY), [403, 'forbidden', 'no']);
  assert.deepEqual(await refused(`${OTHER}/statement`, STRANGER_TOKEN, WHY), [404, 'not_found', undefined]);
  for (const body of [{ ticket: 'OPS-17' }, { reason: 'because' }, { reason: 'because', ticket: 'none' }])
    assert.deepEqual(await refused(`${ID}/statement`, STRANGER_TOKEN, body), [400, 'invalid_parameter', 'no']);
  assert.equal(gateway.approvalStore.find(ID)?.statement, undefined);
});

test('what cannot be recorded was not said', async (t) => {
  const { gateway, refused } = await listen(t);
  gateway.ledger.refusing = () => LATCHED;
  assert.deepEqual(await refused(`${ID}/statement`, STRANGER_TOKEN, WHY), [503, 'audit_unavailable', 'no']);
  assert.equal(gateway.approvalStore.find(ID)?.statement, undefined);
});
