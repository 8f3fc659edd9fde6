import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rolesOf } from '#api/roles.ts';

const of = {
  admin: ['okta:admins'],
  policyApprover: [],
  auditor: ['okta:audit', 'entra:audit'],
  approver: [],
  breakGlass: ['okta:on-call'],
};

test('roles come from groups with their namespace, and from nothing that only looks like one', () => {
  assert.deepEqual([...rolesOf({ groups: ['okta:admins', 'entra:audit'] }, of)], ['admin', 'auditor']);
  for (const group of ['admins', 'entra:admins', 'okta:Admins', 'okta:admins ', 'okta:audit2', ''])
    assert.deepEqual([...rolesOf({ groups: [group] }, of)], [], group);
  assert.deepEqual([...rolesOf({ groups: [] }, of)], []);
});

test('whoever may break the glass is no admin by that', () => {
  assert.deepEqual([...rolesOf({ groups: ['okta:on-call'] }, of)], ['breakGlass']);
});
