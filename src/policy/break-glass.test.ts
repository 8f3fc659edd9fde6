import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts, raisedRoles } from '#policy/break-glass.ts';
import { ROLES } from '#policy/duties.ts';

const glass = {
  issuer: 'https://idp.example',
  subject: 'nina',
  beganAtMs: 1_000,
  endsAtMs: 2_000,
  reason: 'the issuer is down',
  record: 'a:7',
};

test('it counts from its beginning to its end and no longer', () => {
  assert.deepEqual(
    [999, 1_000, 1_999, 2_000].map((nowMs) => counts(glass, nowMs)),
    [false, true, true, false],
  );
});

test('only whoever may break the glass becomes an admin by it, and an auditor never', () => {
  const sets = Array.from({ length: 2 ** ROLES.length }, (_, bits) =>
    ROLES.filter((_role, at) => (bits >> at) % 2 === 1),
  );
  for (const roles of sets) {
    const becomes = roles.includes('breakGlass') && !roles.includes('auditor');
    const expected = becomes ? [...new Set([...roles, 'admin'])] : roles;
    assert.deepEqual([...raisedRoles(new Set(roles))].toSorted(), expected.toSorted(), JSON.stringify(roles));
  }
});
