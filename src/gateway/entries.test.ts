import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  callHeader,
  controlEntry,
  deniedEntry,
  resultEntry,
  strangerEntry,
  streamEntry,
  upwardEntry,
} from '#gateway/entries.ts';
import { callerKey } from '#identity/caller.ts';
import {
  ADA,
  ADA_TOKEN,
  UPSTREAM_SECRET,
  answerMasked,
  approved,
  arrived,
  connected,
  fakeGateway,
  forwarded,
  parsed,
  recorded,
  requestMasked,
  toolCall,
} from '#test/fakes/gateway.ts';
import { headerOf } from '#test/fakes/ledger.ts';

test('a header has what is known so far and nothing else', async () => {
  const gateway = fakeGateway();
  assert.deepEqual(callHeader(arrived(gateway)), { client: {}, connection: 'notes', source: '203.0.113.9' });
  const known = callHeader(await connected(gateway));
  assert.deepEqual(known, {
    caller: { issuer: ADA.issuer, subject: 'ada', kind: 'person', groups: ['okta:readers'] },
    client: { id: 'okta:cli' },
    connection: 'notes',
    source: '203.0.113.9',
  });
});

test('what the client claims to be stands beside what its token says, and cannot take its place', async () => {
  const gateway = fakeGateway();
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'liar', version: '9', id: 'okta:root' },
    },
  };
  assert.deepEqual(callHeader(await parsed(gateway, { message })).client, {
    name: 'liar',
    version: '9',
    id: 'okta:cli',
  });
});

test('no header of a record holds the token or the credential, wherever the client put them', async () => {
  const gateway = fakeGateway();
  const secrets = `${ADA_TOKEN} ${UPSTREAM_SECRET}`;
  const call = await requestMasked(gateway, {
    message: toolCall(`get_${secrets}`, {}, secrets),
    headers: { 'mcp-protocol-version': secrets },
  });
  const decision = {
    effect: 'deny',
    reason: 'not_permitted',
    level: undefined,
    rule: undefined,
    policy: 'p',
    trace: [],
  } as const;
  const denied = deniedEntry(call, gateway.masker, { code: 'denied', reason: 'not_permitted', decision });
  for (const entry of [denied, controlEntry(call, gateway.masker, 'act')]) {
    assert.equal(entry.header.includes(ADA_TOKEN), false);
    assert.equal(entry.header.includes(UPSTREAM_SECRET), false);
    assert.equal(entry.payload?.includes(ADA_TOKEN) ?? false, false);
  }
});

test('a message that could not be masked leaves its size and no content, and no secret by way of its name or id', async () => {
  const gateway = fakeGateway();
  const call = await parsed(gateway, {
    message: toolCall(`get_${ADA_TOKEN}`, { password: 'hunter2' }, `id-${ADA_TOKEN}`),
  });
  const entry = deniedEntry(call, gateway.masker, { code: 'masking_failed', reason: 'RangeError', executed: 'no' });
  assert.equal(entry.payload, null);
  assert.deepEqual(entry.mask, { n: 0, f: ['failed'] });
  assert.equal(entry.header.includes(ADA_TOKEN), false);
  const header = headerOf(entry);
  assert.deepEqual(
    [header.code, header.reason, header.bytes, header.method],
    ['masking_failed', 'RangeError', call.body.length, 'tools/call'],
  );
});

test('a denial carries the decision it is made of, though the call went no further', async () => {
  const gateway = fakeGateway();
  const call = await requestMasked(gateway);
  const decision = {
    effect: 'deny',
    reason: 'denied_by_rule',
    level: 'work',
    rule: 'no-forbidden',
    policy: 'feed',
    trace: [],
  } as const;
  const entry = deniedEntry(call, gateway.masker, { code: 'denied', reason: 'denied_by_rule', decision });
  assert.deepEqual(
    [entry.kind, entry.st, entry.ref, entry.pol, entry.payload],
    ['denied', 'denied', null, 'feed', call.masked.stored],
  );
  assert.deepEqual(headerOf(entry).decision, {
    effect: 'deny',
    policy: 'feed',
    reason: 'denied_by_rule',
    level: 'work',
    rule: 'no-forbidden',
  });
});

test("the records of one call share its id, its caller's key and its policy", async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway);
  const { masked } = await answerMasked(gateway, call, { jsonrpc: '2.0', id: 1, result: { password: 'hunter2' } });
  const entries = [
    upwardEntry(call, gateway.masker),
    streamEntry(call, gateway.masker, { ref: 0, st: 'down', header: {}, masked }),
    resultEntry(call, gateway.masker, { ref: 0, outcome: 'ok', header: {}, masked }),
  ];
  for (const entry of entries) {
    assert.deepEqual([entry.call, entry.subject, entry.pol], [call.id, callerKey(ADA), call.decision.policy]);
  }
  assert.deepEqual(
    entries.map(({ kind, st, ref, mask }) => [kind, st, ref, mask.n]),
    [
      ['intent', 'open', null, 0],
      ['stream', 'down', 0, 1],
      ['result', 'ok', 0, 1],
    ],
  );
});

test('a result without an answer stores none, and a stored answer is the masked one', async () => {
  const gateway = fakeGateway();
  const call = await recorded(gateway);
  const none = resultEntry(call, gateway.masker, { ref: 0, outcome: 'timeout', header: {}, masked: undefined });
  assert.deepEqual([none.payload, none.mask], [null, { n: 0 }]);
  const { masked } = await answerMasked(gateway, await forwarded(gateway), {
    jsonrpc: '2.0',
    id: 1,
    result: { password: 'hunter2' },
  });
  const stored = resultEntry(call, gateway.masker, { ref: 0, outcome: 'ok', header: {}, masked }).payload;
  assert.equal(stored, masked.stored);
  assert.equal(stored?.includes('hunter2'), false);
});

test('flags of the masking are in the leaf, in one order', async () => {
  const gateway = fakeGateway();
  const call = await approved(gateway);
  const flagged = {
    ...call,
    masked: {
      ...call.masked,
      flags: ['truncated', 'budget'] as const,
      findings: [{ rule: 'r', type: 'T', pointer: '', count: 3 }],
    },
  };
  assert.deepEqual(upwardEntry(flagged, gateway.masker).mask, { n: 3, f: ['budget', 'truncated'] });
});

test('the record of strangers names no caller and belongs to none', () => {
  const gateway = fakeGateway();
  const stranger = { source: '203.0.113.9', code: 'unauthenticated', reason: 'expired', connection: 'notes' };
  const entry = strangerEntry(gateway.masker, 'c', stranger, 7, 1_000);
  assert.deepEqual(headerOf(entry), { ...stranger, count: 7, windowMs: 1_000 });
  assert.deepEqual([entry.kind, entry.st, entry.payload], ['denied', 'unauthenticated', null]);
  const unverified = controlEntry(arrived(gateway), gateway.masker, 'act');
  assert.equal(entry.subject, unverified.subject);
  assert.notEqual(entry.subject, callerKey(ADA));
});
