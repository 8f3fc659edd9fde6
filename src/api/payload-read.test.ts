import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getEvent } from '#api/contract/events.ts';
import { recordApprovalRead, recordPayloadRead, recordTextSearch } from '#api/payload-read.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { createMasker } from '#masking/masker.ts';
import { anApproval } from '#test/fakes/approval.ts';
import { ADA, fakeGateway, idOf } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED } from '#test/fakes/ledger.ts';

const call = {
  id: idOf(1),
  source: '203.0.113.9',
  method: 'GET',
  path: '/api/v1/events/a/1',
  signal: new AbortController().signal,
  verified: asVerified({ caller: ADA, expiresAtMs: 1, issuedAtMs: 0, tokenDigest: 'd' }),
  token: 'token-of-ada-for-the-api',
  operation: getEvent,
  roles: new Set(['auditor'] as const),
};

test('who reads which payloads is durable before it is allowed', async () => {
  const { ledger, masker } = fakeGateway();
  assert.ok((await recordPayloadRead(call, { event: 'a:1' }, { ledger, masker })).ok);
  const [entry] = ledger.entries;
  assert.deepEqual([entry?.kind, entry?.st], ['control', 'payloads_read']);
  assert.deepEqual(
    [headerOf(entry).caller?.subject, headerOf(entry).detail],
    ['ada', { operation: 'getEvent', event: 'a:1' }],
  );
});

test('where the record cannot be made it is not allowed', async () => {
  const { ledger, masker } = fakeGateway();
  ledger.refusing = () => LATCHED;
  const recorded = await recordPayloadRead(call, { event: 'a:1' }, { ledger, masker });
  assert.equal(recorded.ok ? '' : recorded.error.code, 'audit_unavailable');
});

const SEARCH = { q: 'lighthouse', filter: undefined, since: '1h', until: undefined };

test('who searched payloads for which words is durable before the search, and a search without words is none of them', async () => {
  const { ledger, masker } = fakeGateway();
  assert.ok((await recordTextSearch(call, { ...SEARCH, q: undefined }, { ledger, masker })).ok);
  assert.equal(ledger.entries.length, 0);
  assert.ok((await recordTextSearch(call, SEARCH, { ledger, masker })).ok);
  const [entry] = ledger.entries;
  assert.deepEqual([entry?.kind, entry?.st], ['control', 'payloads_searched']);
  assert.deepEqual(headerOf(entry).detail, { operation: 'getEvent', q: 'lighthouse', since: '1h' });
  ledger.refusing = () => LATCHED;
  const refused = await recordTextSearch(call, SEARCH, { ledger, masker });
  assert.equal(refused.ok ? '' : refused.error.code, 'audit_unavailable');
});

test('what was searched for is kept without what masking finds in it, and whose records were searched is kept', async () => {
  const { ledger } = fakeGateway();
  const masker = createMasker({
    key: Buffer.alloc(32, 7),
    store: { operator: 'redact', detectors: 'default', fields: [] },
  });
  const filter = 'caller.subject eq "ida@example.com" and name co "grace@example.com"';
  const asked = { q: 'SSN 536-90-4399', filter, since: undefined, until: undefined };
  assert.ok((await recordTextSearch(call, asked, { ledger, masker })).ok);
  assert.ok((await recordPayloadRead(call, { filter }, { ledger, masker })).ok);
  const kept = 'caller.subject eq "ida@example.com" and name co "[EMAIL_ADDRESS]"';
  assert.deepEqual(headerOf(ledger.entries[0]).detail, { operation: 'getEvent', q: 'SSN [US_SSN]', filter: kept });
  assert.equal(headerOf(ledger.entries[1]).detail?.['filter'], kept);
});

test('who reads what a held call would send stands in its story, before they read it', async () => {
  const gateway = fakeGateway();
  const approval = anApproval({ id: 'apr_1' });
  assert.ok((await recordApprovalRead(call, approval, gateway)).ok);
  const [entry] = gateway.ledger.entries;
  assert.deepEqual([entry?.kind, entry?.st], ['control', 'approval_read']);
  const { decision, connection, name } = headerOf(entry);
  assert.deepEqual([decision?.approval, connection, name], ['apr_1', 'customers', 'delete_customer']);
  gateway.ledger.refusing = () => LATCHED;
  assert.equal((await recordApprovalRead(call, approval, gateway)).ok, false);
});
