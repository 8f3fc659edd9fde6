import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { parseJson } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import { cancellationUnder, requestUnder, restored, wireIdOfNotification } from '#upstream/wire-ids.ts';

function parsed(text: string): JsonDocument {
  const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok);
  return doc.value;
}

test('only the id and the progress token of a request change, every other byte stays', () => {
  const text =
    '{ "id" :\t"a\\u0062", "params":{"id":1,"big":1e400,"_meta":{"progressToken": 1.0 ,"x":"é"}},"jsonrpc":"2.0","method":"m"}';
  assert.equal(
    requestUnder(parsed(text), '42').toString(),
    '{ "id" :\t42, "params":{"id":1,"big":1e400,"_meta":{"progressToken": 42 ,"x":"é"}},"jsonrpc":"2.0","method":"m"}',
  );
});

test('an answer gets the spelling of the client back, byte for byte', () => {
  const client = { idText: '"a\\u0062"', progressTokenText: undefined };
  const answer = '{"jsonrpc":"2.0","result":{"id":42,"n":12345678901234567890},"id":42}';
  assert.equal(
    restored(parsed(answer), '42', client).toString(),
    '{"jsonrpc":"2.0","result":{"id":42,"n":12345678901234567890},"id":"a\\u0062"}',
  );
});

test('progress and subscription ids are restored, and equal numbers elsewhere are left alone', () => {
  const client = { idText: '"s"', progressTokenText: '1.0' };
  const progress = '{"method":"notifications/progress","params":{"progressToken":7,"progress":7,"total":7}}';
  assert.equal(
    restored(parsed(progress), '7', client).toString(),
    '{"method":"notifications/progress","params":{"progressToken":1.0,"progress":7,"total":7}}',
  );
  const updated =
    '{"method":"notifications/resources/updated","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":7},"uri":"a:7"}}';
  assert.equal(wireIdOfNotification(parsed(updated)), '7');
  assert.match(restored(parsed(updated), '7', client).toString(), /subscriptionId":"s"\},"uri":"a:7"/);
  const closing = '{"id":7,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":7}}}';
  assert.equal(
    restored(parsed(closing), '7', client).toString(),
    '{"id":"s","result":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"}}}',
  );
});

test('an id that is not the wire id of the call is left as the server spelled it', () => {
  const client = { idText: '"s"', progressTokenText: '"t"' };
  const foreign =
    '{"id":7,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":"mine"}},"params":{"progressToken":8}}';
  assert.equal(restored(parsed(foreign), '7', client).toString(), foreign.replace('"id":7', '"id":"s"'));
});

test('a cancellation names the wire id', () => {
  const text = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"reason":"1","requestId":1}}';
  assert.equal(
    cancellationUnder(parsed(text), '9').toString(),
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"reason":"1","requestId":9}}',
  );
});
