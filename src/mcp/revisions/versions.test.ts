import { test } from 'node:test';
import assert from 'node:assert/strict';
import { isModern, REVISIONS } from '#mcp/revisions/versions.ts';

test('every known revision is in the era the table says', () => {
  for (const { version, era } of REVISIONS) assert.equal(isModern(version), era === 'modern', version);
});

test('a later date than the newest known revision is modern', () => {
  assert.equal(isModern('2026-07-29'), true);
  assert.equal(isModern('2031-01-01'), true);
});

test('what is no date is not modern', () => {
  for (const version of ['', 'draft', '9999', '2026-07-28 ', '2026-07-28\n', 'z026-07-28', '2026-7-28', '20260728']) {
    assert.equal(isModern(version), false, version);
  }
});
