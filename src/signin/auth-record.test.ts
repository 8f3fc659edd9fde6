import assert from 'node:assert/strict';
import { it } from 'node:test';
import { actEntry, recordAct } from '#signin/auth-record.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { fakeGateway } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED } from '#test/fakes/ledger.ts';

const SIGN_IN: SignIn = {
  id: 'one',
  issuer: 'https://idp.example.com',
  namespace: 'okta',
  subject: '00u1',
  login: 'ada@example.com',
  groups: ['okta:readers'],
  signedInAtMs: 1,
  expiresAtMs: 2,
  checkedAtMs: 1,
  sealedRefresh: undefined,
  endedAtMs: undefined,
};

it('an act is a control record of who did what through which client', async () => {
  const gateway = fakeGateway();
  const recorded = await recordAct(gateway, 'token_issued', {
    signIn: SIGN_IN,
    clientId: 'vscode',
    clientName: 'VS Code',
    connection: 'notes',
    source: '192.0.2.1',
    detail: { grant: 'abc' },
  });
  assert.deepEqual(recorded, { ok: true, value: 'a:0' });
  const [entry] = gateway.ledger.entries;
  assert.deepEqual(
    [entry?.kind, entry?.st, entry?.subject],
    ['control', 'token_issued', 'https://idp.example.com\n00u1'],
  );
  assert.deepEqual(headerOf(entry), {
    caller: { issuer: SIGN_IN.issuer, subject: '00u1', kind: 'person', groups: ['okta:readers'] },
    client: { name: 'VS Code', id: 'gatebook:vscode' },
    connection: 'notes',
    source: '192.0.2.1',
    detail: { grant: 'abc' },
  });
});

it('what is about a held call is found by its approval', () => {
  const decision = { effect: 'hold', policy: 'p', rule: 'hold-deletes', approval: 'apr_1' } as const;
  const held = { method: 'tools/call', name: 'delete_note', decision };
  const {
    method,
    name,
    decision: kept,
  } = headerOf(actEntry('approval_read', { signIn: SIGN_IN, held }, fakeGateway()));
  assert.deepEqual({ method, name, decision: kept }, held);
});

it('what must not stand in a record does not, wherever it was put', () => {
  const gateway = fakeGateway();
  const secret = 'refresh-token-0123456789';
  const { header } = actEntry(
    'consent_refused',
    { clientName: `client ${secret}`, reason: 'access_denied', detail: { said: secret }, secrets: [secret] },
    gateway,
  );
  assert.equal(header.includes(secret), false);
});

it('what could not be recorded is told, so that it does not happen', async () => {
  const gateway = fakeGateway();
  gateway.ledger.refusing = () => LATCHED;
  assert.deepEqual(await recordAct(gateway, 'consent', { signIn: SIGN_IN }), { ok: false, error: LATCHED });
});
