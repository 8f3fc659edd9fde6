import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putDown } from '#gateway/put-down.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { LIMITS } from '#limits.ts';

function read(text: string): RequestMessage {
  const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok);
  const message = readMessage(doc.value);
  assert.ok(message.ok && message.value.kind === 'request');
  return message.value;
}
const CALL =
  '{"jsonrpc":"2.0","id":"one","method":"tools/call","params":{"name":"delete_note","arguments":{"n":9007199254740993},"_meta":{"progressToken":"p1","io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}';
const LISTEN =
  '{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["note://1"],"taskIds":["t1"]}}}';

test('a message that was put down keeps what its record and its refusal say, and nothing of its content', () => {
  for (const text of [CALL, LISTEN]) {
    const message = read(text);
    const { doc, params, ...rest } = read(text);
    putDown(message, LIMITS);
    assert.ok(doc.text.length > 0 && params !== undefined);
    assert.equal(message.doc.text, '');
    assert.equal(message.doc.bytes.length, 0);
    assert.deepEqual({ ...message, doc: undefined, params: undefined }, { ...rest, doc: undefined, params: undefined });
  }
});

test('taken up again it is what its bytes say, for everybody who had it', () => {
  const message = read(CALL);
  const { bytes } = message.doc;
  const asRead = read(CALL);
  const takeUp = putDown(message, LIMITS);
  takeUp();
  assert.deepEqual(message, asRead);
  assert.equal(message.doc.bytes, bytes, 'what goes up is the same bytes, not a copy of them');
});

test('bytes that do not say it any more are not taken up', () => {
  const message = read(CALL);
  const { bytes } = message.doc;
  const takeUp = putDown(message, LIMITS);
  bytes[0] = 0x20;
  assert.throws(takeUp, /cannot be read again/);
});
