import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedEntry, changedEntry, firstSeenEntry } from '#gateway/definition-entries.ts';
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import { createMasker } from '#masking/masker.ts';
import { headerOf } from '#test/fakes/ledger.ts';
import { idOf } from '#test/fakes/gateway.ts';

const SECRET = 'upstream-secret-9876543210';
const masker = createMasker({ key: Buffer.alloc(32, 7), store: { operator: 'redact', fields: [] } });
const within = { call: idOf(1), connection: 'notes', secrets: masker.secretsOf([SECRET]) };
const HASH = 'ab'.repeat(32);
const seen = (name: string, more: object = {}) => ({
  kind: 'tool' as const,
  name,
  hash: HASH,
  hidden: [],
  masked: undefined,
  ...more,
});
const HIDDEN = [{ pointer: '/description', classes: ['bidi', 'tag'] as const }];

test('a first sight names all in one record of the gateway itself, found by the call it came within', () => {
  const entry = firstSeenEntry(masker, within, [seen('get', { hidden: HIDDEN }), seen('put')]);
  assert.deepEqual(
    [entry.kind, entry.st, entry.call, entry.ref, entry.payload, entry.subject],
    ['control', 'definitions_seen', within.call, null, null, callerKey(GATEWAY_CALLER)],
  );
  assert.deepEqual(headerOf(entry), {
    connection: 'notes',
    detail: {
      kind: 'tool',
      definitions: [`get ${HASH}`, `put ${HASH}`],
      hidden: ['get /description bidi tag'],
    },
  });
});

test('a change says what counted before, and its payload what is shown now', () => {
  const masked = {
    stored: Buffer.from('{"name":"get"}'),
    findings: [{ rule: 'r', type: 'SECRET', pointer: '', count: 2 }],
  };
  const entry = changedEntry(masker, within, seen('get', { masked, hidden: HIDDEN }), ['cd']);
  assert.deepEqual(
    [entry.st, entry.payload?.toString(), entry.mask],
    ['definition_changed', '{"name":"get"}', { n: 2 }],
  );
  assert.deepEqual(headerOf(entry), {
    connection: 'notes',
    name: 'get',
    detail: { kind: 'tool', hash: HASH, accepted: ['cd'], hidden: ['get /description bidi tag'] },
  });
});

test('what masking finds in the name of a definition is not in the record', () => {
  const finding = createMasker({
    key: Buffer.alloc(32, 7),
    store: { operator: 'redact', detectors: 'default', fields: [] },
  });
  const name = 'mail_grace@example.com';
  const first = firstSeenEntry(finding, within, [seen(name, { hidden: HIDDEN })]);
  assert.deepEqual(headerOf(first).detail, {
    kind: 'tool',
    definitions: [`[EMAIL_ADDRESS] ${HASH}`],
    hidden: ['[EMAIL_ADDRESS] /description bidi tag'],
  });
  const changed = changedEntry(finding, within, seen(name, { hidden: HIDDEN }), []);
  assert.ok(!JSON.stringify(headerOf(changed)).includes('grace'));
});

test('an acceptance is a record of the admin', () => {
  const caller = { issuer: 'https://issuer.example', subject: 'ada', kind: 'person' as const, groups: [] };
  const acceptance = { connection: 'notes', kind: 'tool', name: 'get', hash: HASH, isOnly: true } as const;
  const entry = acceptedEntry(masker, acceptance, { call: idOf(2), caller, secrets: within.secrets });
  assert.deepEqual([entry.st, entry.subject], ['definition_accepted', callerKey(caller)]);
  assert.deepEqual(headerOf(entry), {
    caller,
    connection: 'notes',
    name: 'get',
    detail: { kind: 'tool', hash: HASH, only: true },
  });
});

test('a credential in a name or in a place of hidden text stays out, and long names are cut', () => {
  const hidden = [{ pointer: `/inputSchema/${SECRET}`, classes: ['bidi'] as const }];
  const entry = firstSeenEntry(masker, within, [seen(SECRET, { hidden }), seen('x'.repeat(1_000))]);
  assert.equal(entry.header.includes(SECRET), false, entry.header);
  assert.ok(entry.header.length < 1_000);
});
