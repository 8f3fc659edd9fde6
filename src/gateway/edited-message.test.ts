import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editedMessage } from '#gateway/edited-message.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import { LIMITS } from '#limits.ts';

const TEXT = '{"jsonrpc":"2.0","id":1,"result":{"a":1}}';

function message() {
  const doc = parseJson(Buffer.from(TEXT), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  const read = doc.ok ? readMessage(doc.value) : doc;
  assert.ok(read.ok);
  return read.value;
}

test('an edited message is the one that its new bytes say', () => {
  const at = TEXT.indexOf('{"a"');
  const edited = editedMessage(message(), [{ start: at, end: at + 7, text: '{"b":[2]}' }], LIMITS);
  assert.equal(edited.doc.bytes.toString(), '{"jsonrpc":"2.0","id":1,"result":{"b":[2]}}');
  assert.equal(edited.doc.text, edited.doc.bytes.toString());
});

test('without edits it is the very same', () => {
  const before = message();
  assert.equal(editedMessage(before, [], LIMITS), before);
});

test('edits that leave no message are a bug', () => {
  assert.throws(() => editedMessage(message(), [{ start: 0, end: 1, text: '[' }], LIMITS));
  assert.throws(() => editedMessage(message(), [{ start: 17, end: 24, text: '' }], LIMITS), /no longer a valid/);
});
