import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeafSpans } from '#masking/leaf-spans.ts';
import { SpanNotes } from '#masking/span-notes.ts';
import { parseJson } from '#mcp/json.ts';

test('a place in JSON in a string is a place in that string, escapes counted', () => {
  const inner = '{"a":"\\n\\"x"}';
  const text = JSON.stringify({ body: inner });
  const doc = parseJson(Buffer.from(text), { depth: 9, nodes: 99 });
  assert.ok(doc.ok && doc.value.root.kind === 'object');
  const body = doc.value.root.members[0]!.value;
  const innerDoc = parseJson(Buffer.from(inner), { depth: 9, nodes: 99 });
  assert.ok(innerDoc.ok && innerDoc.value.root.kind === 'object');
  const leaf = innerDoc.value.root.members[0]!.value;
  const notes = new SpanNotes();
  const hit = { start: 2, end: 3, type: 'T', rule: 'r', score: 1, isValidated: false, reasons: [] };
  LeafSpans.of(notes).inside(['body'], text, body).report(['a'], inner, leaf)([hit], 3);
  const [span] = notes.spans;
  assert.equal(span?.path, '/body');
  assert.equal(inner.slice(span.start, span.end), 'x');
});

test('of a text whose beginning was replaced, places count from its end', () => {
  const notes = new SpanNotes();
  const hit = { start: 5, end: 6, type: 'T', rule: 'r', score: 1, isValidated: false, reasons: [] };
  const node = { kind: 'string', start: 0, end: 12, value: '0123456789' } as const;
  LeafSpans.of(notes).report(['a'], '"0123456789"', node, 10)([hit], 7);
  assert.deepEqual([notes.spans[0]?.start, notes.spans[0]?.end], [8, 9]);
});
