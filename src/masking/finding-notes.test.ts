import { test } from 'node:test';
import assert from 'node:assert/strict';
import { FindingNotes, toPointer } from '#masking/finding-notes.ts';
import { LIMITS } from '#limits.ts';

test('a pointer is an RFC 6901 pointer', () => {
  assert.equal(toPointer([]), '');
  assert.equal(toPointer(['params', 'a/b', 'm~n', 0, '']), '/params/a~1b/m~0n/0/');
});

test('a pointer is bounded and well-formed', () => {
  const pointer = toPointer(['😀'.repeat(LIMITS.findingPointerChars), 'x'.repeat(1_000_000)]);
  assert.ok(pointer.length <= LIMITS.findingPointerChars);
  assert.ok(pointer.isWellFormed());
});

const STORED = { store: 'token' } as const;

test('what was done to each copy tells findings apart, and what was done to none is no finding', () => {
  const notes = new FindingNotes();
  notes.add('a', 'SECRET', () => '/x', STORED);
  notes.add('a', 'SECRET', () => '/x', { store: 'token', inline: 'drop' });
  notes.add('a', 'SECRET', () => '/x', {});
  assert.deepEqual(notes.findings(), [
    { rule: 'a', type: 'SECRET', pointer: '/x', count: 1, store: 'token' },
    { rule: 'a', type: 'SECRET', pointer: '/x', count: 1, store: 'token', inline: 'drop' },
  ]);
});

test('findings of one rule at one place are counted together', () => {
  const notes = new FindingNotes();
  notes.add('a', 'SECRET', () => '/x', STORED);
  notes.add('a', 'SECRET', () => '/x', STORED, 2);
  notes.add('b', 'SECRET', () => '/x', STORED);
  assert.deepEqual(notes.findings(), [
    { rule: 'a', type: 'SECRET', pointer: '/x', count: 3, store: 'token' },
    { rule: 'b', type: 'SECRET', pointer: '/x', count: 1, store: 'token' },
  ]);
});

test('beyond the bound findings are counted without a place, and none is lost', () => {
  const notes = new FindingNotes();
  for (let i = 0; i < LIMITS.findingsPerMessage + 50; i++) notes.add('a', 'SECRET', () => `/${i}`, STORED);
  const findings = notes.findings();
  assert.equal(findings.length, LIMITS.findingsPerMessage + 1);
  assert.equal(
    findings.reduce((sum, finding) => sum + finding.count, 0),
    LIMITS.findingsPerMessage + 50,
  );
  assert.equal(notes.isTruncated, true);
});
