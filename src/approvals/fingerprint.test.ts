import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFingerprints, isSamePrint } from '#approvals/fingerprint.ts';
import type { WhatIsAsked } from '#approvals/fingerprint.ts';
import { parseJson } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';

const fingerprints = createFingerprints(Buffer.alloc(32, 1));

function docOf(text: string): WhatIsAsked['doc'] {
  const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok);
  return doc.value;
}
const call = (params: string): WhatIsAsked['doc'] =>
  docOf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`);
const asked = (other: Partial<WhatIsAsked> = {}): WhatIsAsked => ({
  caller: 'https://okta.example\nada',
  client: 'okta:cli',
  keyMaker: undefined,
  connection: 'customers',
  server: 'a',
  method: 'tools/call',
  name: 'delete_customer',
  policy: '0123456789abcdef',
  rule: 'hold-deletes',
  definition: 'aa',
  doc: call('{"name":"delete_customer","arguments":{"id":7}}'),
  ...other,
});
const print = (other: Partial<WhatIsAsked> = {}): string => fingerprints.of(asked(other)).fingerprint.toString('hex');

test('the same call again has the same print, whatever id it has and whatever follows its progress', () => {
  const again = [
    '{"jsonrpc":"2.0","id":"other","method":"tools/call","params":{"name":"delete_customer","arguments":{"id":7}}}',
    '{"params": {"name":"delete_customer" , "arguments":{"id":7}},"id":2,"method":"tools/call","jsonrpc":"2.0"}',
  ];
  for (const text of again) assert.equal(print({ doc: docOf(text) }), print());
  const traced = call(
    '{"name":"delete_customer","arguments":{"id":7},"_meta":{"progressToken":3,"traceparent":"00","tracestate":"a=b","baggage":"c=d"}}',
  );
  assert.equal(print({ doc: traced }), print());
});

test('another value, another spelling of it, another key or order is another call', () => {
  const others = [
    '{"id":8}',
    '{"id":7.0}',
    '{"id":"7"}',
    '{"id":7,"force":true}',
    '{"Id":7}',
    '{"id":[7]}',
    '{"id":7e0}',
    '{"id": 7}',
  ].map((text) => print({ doc: call(`{"name":"delete_customer","arguments":${text}}`) }));
  assert.equal(new Set([print(), ...others]).size, others.length + 1);
});

test('2^53 is not 2^53+1', () => {
  const of = (id: string): string => print({ doc: call(`{"name":"delete_customer","arguments":{"id":${id}}}`) });
  assert.notEqual(of('9007199254740992'), of('9007199254740993'));
});

test('another caller, client, maker of its key, connection, server, method, name, policy, rule or definition is another call', () => {
  const others: readonly Partial<WhatIsAsked>[] = [
    { caller: 'https://okta.example\nbob' },
    { client: 'okta:other' },
    { client: undefined },
    { keyMaker: 'https://okta.example\nbob' },
    { connection: 'memory' },
    { server: 'b' },
    { method: 'prompts/get' },
    { name: 'delete_customers' },
    { policy: 'fedcba9876543210' },
    { rule: 'hold-all' },
    { rule: undefined },
    { definition: 'ab' },
    { definition: undefined },
  ];
  assert.equal(new Set([print(), ...others.map(print)]).size, others.length + 1);
});

test('what is left out of _meta does not hide the rest of it', () => {
  const of = (meta: string): string =>
    print({ doc: call(`{"name":"delete_customer","arguments":{"id":7},"_meta":${meta}}`) });
  assert.notEqual(of('{"progressToken":1,"tenant":"a"}'), of('{"progressToken":1,"tenant":"b"}'));
  assert.equal(of('{"progressToken":1,"tenant":"a"}'), of('{"tenant":"a"}'));
  // A `_meta` that is no object has no keys to leave out.
  assert.notEqual(of('1'), of('2'));
});

test('parts cannot be moved from one into the next', () => {
  assert.notEqual(print({ connection: 'ab', method: 'c' }), print({ connection: 'a', method: 'bc' }));
  assert.notEqual(print({ client: undefined, definition: '-' }), print({ client: '-', definition: undefined }));
});

test('a call of a tool has the print of the tool in common with all its calls, and no other', () => {
  const tool = (other: Partial<WhatIsAsked> = {}): Buffer => fingerprints.of(asked(other)).toolPrint;
  assert.ok(isSamePrint(tool(), tool({ doc: call('{"name":"delete_customer","arguments":{"id":8}}') })));
  assert.equal(isSamePrint(tool(), tool({ name: 'drop_all' })), false);
  assert.equal(isSamePrint(tool(), tool({ rule: 'hold-all' })), false);
  assert.equal(isSamePrint(tool(), tool({ keyMaker: 'https://okta.example\nbob' })), false);
  assert.equal(isSamePrint(tool(), fingerprints.of(asked()).fingerprint), false);
});

test('another deployment makes other prints', () => {
  const other = createFingerprints(Buffer.alloc(32, 2)).of(asked()).fingerprint;
  assert.equal(isSamePrint(other, fingerprints.of(asked()).fingerprint), false);
});

test('answers to questions, and a state, are part of a call unless it goes on with one they were given for', () => {
  const first = asked().doc;
  const more = call('{"name":"delete_customer","arguments":{"id":7},"requestState":"x","inputResponses":{"a":1}}');
  assert.notEqual(print({ doc: more }), print({ doc: first }));
  assert.equal(print({ doc: more, isContinued: true }), print({ doc: first }));
});

test('what stands beside the params of a call is part of it', () => {
  const { text } = asked().doc;
  const of = (more: string): string => print({ doc: docOf(text.replace('"id":1,', `"id":1,${more}`)) });
  assert.equal(of(''), print());
  assert.equal(new Set([print(), of('"force":true,'), of('"force":false,')]).size, 3);
});

test('a call that asks for a task is the same call, as long as that wish says nothing else', () => {
  const of = (task: string): string =>
    print({ doc: call(`{"name":"delete_customer","arguments":{"id":7},"task":${task}}`) });
  for (const wish of ['{}', '{"ttl":60000}', '{"ttl":null}']) assert.equal(of(wish), print());
  const others = ['{"ttl":"all"}', '{"ttl":1,"force":true}', '"now"', '[]'].map(of);
  assert.equal(new Set([print(), ...others]).size, others.length + 1);
});
