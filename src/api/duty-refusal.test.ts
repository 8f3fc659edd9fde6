import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dutyRefusal } from '#api/duty-refusal.ts';

test('a caller who may not is told why, and that nothing was done', () => {
  for (const fault of ['no_role', 'auditor', 'own_matter'] as const) {
    assert.equal(dutyRefusal(fault).code, 'forbidden');
    assert.equal(dutyRefusal(fault).reason, fault);
  }
  assert.match(dutyRefusal('own_matter').detail ?? '', /of their own/);
});
