import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printsOf } from '#gateway/call-prints.ts';
import { heldCall } from '#gateway/held-call.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { ADA, ADA_TOKEN, authorized, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import { LATCHED } from '#test/fakes/ledger.ts';

const WAITING = { otherwise: 'auto', byClient: new Map() } as const;
const message = toolCall('delete_note', { id: 7 });

async function held(gateway: FakeGateway, rule?: string | null, said: object = message) {
  const call = await authorized(gateway, { message: said });
  assert.ok(call.message.kind === 'request');
  const decision = rule === undefined ? call.decision : { ...call.decision, rule: rule ?? undefined };
  const asked = { ...call, decision };
  return heldCall(asked, call.message, printsOf(asked, call.message, gateway), gateway);
}

test('what is asked names the call, who calls, the rule’s terms and the policy', async () => {
  const gateway = fakeGateway();
  const asked = await held(gateway);
  assert.ok(asked);
  assert.match(asked.id, /^apr_/);
  assert.deepEqual(
    [asked.requester.subject, asked.connection, asked.method, asked.name, asked.terms, asked.policy],
    ['ada', 'notes', 'tools/call', 'delete_note', TERMS, '0123456789abcdef'],
  );
});

test('of a name people see what the book has of it', async () => {
  const asked = await held(fakeGateway(), undefined, toolCall(`delete_note with ${ADA_TOKEN}`, {}));
  assert.match(asked?.name ?? '', /^delete_note with \[/);
});

test('who answers for a service account, and who made its key, are remembered with it', async () => {
  const owner = { issuer: ADA.issuer, subject: 'olga' };
  const owners = new Map([[`${ADA.issuer}\n${ADA.subject}`, owner]]);
  const holds = {
    byRule: new Map([[TERMS.rule, TERMS]]),
    otherwise: undefined,
    owners,
    samePeople: [],
    waiting: WAITING,
  };
  const asked = await held(fakeGateway({ holds }));
  assert.deepEqual(asked?.requester.owner, owner);
});

test('what no rule holds has the terms for that, and without anybody to ask nothing is asked', async () => {
  assert.equal((await held(fakeGateway(), null))?.terms.rule, '(definition)');
  const nobody = { byRule: new Map([[TERMS.rule, { ...TERMS, approvers: [] }]]), owners: new Map(), samePeople: [] };
  const holds = { ...nobody, otherwise: undefined, waiting: WAITING };
  assert.equal(await held(fakeGateway({ holds })), undefined);
  assert.equal(await held(fakeGateway({ holds }), null), undefined);
});

test('that it is asked is in the book, or is not asked', async () => {
  const gateway = fakeGateway();
  const asked = await held(gateway);
  assert.ok(asked);
  const { record, ...request } = asked;
  const full = { ...request, askedMs: 1, expiresMs: 2 };
  assert.deepEqual(await record(full), { ok: true, value: 'a:0' });
  gateway.ledger.refusing = () => LATCHED;
  assert.equal((await record(full)).ok, false);
});
