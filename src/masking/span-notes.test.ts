import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpanNotes, spelledOffsets } from '#masking/span-notes.ts';
import { LIMITS } from '#limits.ts';
import { fakePlan } from '#test/fakes/masking-plan.ts';

const NOTHING = { put: (type: string) => type, types: [] };
const PLAN = fakePlan(NOTHING, NOTHING);

test('offsets of a text are found again in its spelling', () => {
  for (const text of ['plain', 'a"b', 'é\n\u0001x', '\\\\', '']) {
    const spelling = JSON.stringify(text);
    const offset = spelledOffsets(spelling);
    for (let at = 0; at <= text.length; at++)
      assert.equal(JSON.parse(`"${spelling.slice(1, offset(at))}"`), text.slice(0, at), `${text} ${at}`);
  }
});

test('there are only so many spans, and one too many is said', () => {
  const notes = new SpanNotes(PLAN);
  const span = { isKey: false, start: 0, end: 1, type: 'T', rule: 'r', score: 1, reasons: [] };
  for (let count = 0; count <= LIMITS.maskSpans; count++) notes.add(['a'], span);
  assert.equal(notes.spans.length, LIMITS.maskSpans);
  assert.equal(notes.isTruncated, true);
  assert.equal(notes.spans[0]?.path, '/a');
});
