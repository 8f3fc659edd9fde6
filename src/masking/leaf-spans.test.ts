import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeafSpans } from '#masking/leaf-spans.ts';
import { SpanNotes } from '#masking/span-notes.ts';
import { parseJson } from '#mcp/json.ts';
import { fakePlan } from '#test/fakes/masking-plan.ts';

const NOTHING = { put: (type: string) => type, types: [] };
const PLAN = fakePlan(NOTHING, NOTHING);

test('a place in JSON in a string is a place in that string, escapes counted', () => {
  const inner = '{"a":"\\n\\"x"}';
  const text = JSON.stringify({ body: inner });
  const doc = parseJson(Buffer.from(text), { depth: 9, nodes: 99 });
  assert.ok(doc.ok && doc.value.root.kind === 'object');
  const body = doc.value.root.members[0]!.value;
  const innerDoc = parseJson(Buffer.from(inner), { depth: 9, nodes: 99 });
  assert.ok(innerDoc.ok && innerDoc.value.root.kind === 'object');
  const leaf = innerDoc.value.root.members[0]!.value;
  const notes = new SpanNotes(PLAN);
  const hit = { start: 2, end: 3, type: 'T', rule: 'r', score: 1, isValidated: false, reasons: [] };
  LeafSpans.of(notes).at(['body'], text, body).inside().at(['a'], inner, leaf).report()([hit]);
  const [span] = notes.spans;
  assert.equal(span?.path, '/body');
  assert.equal(inner.slice(span.start, span.end), 'x');
});

test('a place in a part of a text is a place in that text', () => {
  const notes = new SpanNotes(PLAN);
  const hit = { start: 5, end: 6, type: 'T', rule: 'r', score: 1, isValidated: false, reasons: [] };
  const node = { kind: 'string', start: 0, end: 12, value: '0123456789' } as const;
  const leaf = LeafSpans.of(notes).at(['a'], '"0123456789"', node);
  leaf.within((at) => at + 3).report()([hit]);
  assert.deepEqual([notes.spans[0]?.start, notes.spans[0]?.end], [8, 9]);
});
