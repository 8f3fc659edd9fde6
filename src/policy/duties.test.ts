import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayAct, mayDecide, ROLES } from '#policy/duties.ts';
import type { DutyFault, Role } from '#policy/duties.ts';

const said = (result: ReturnType<typeof mayDecide>): 'may' | DutyFault => (result.ok ? 'may' : result.error);
const act = (roles: readonly Role[], needed: readonly Role[], changes: boolean) =>
  said(mayAct(new Set(roles), needed, changes));

const text = (...facts: readonly unknown[]): string => JSON.stringify(facts);

/** Every set of roles there is. */
const sets = Array.from({ length: 2 ** ROLES.length }, (_, bits) =>
  ROLES.filter((_role, at) => (bits >> at) % 2 === 1),
);

test('whoever has a role that is needed may, and nobody else, for every set of roles', () => {
  assert.equal(sets.length, 32);
  for (const roles of sets)
    for (const needed of sets) {
      const isNeeded = roles.some((role) => needed.includes(role));
      assert.equal(act(roles, needed, false), isNeeded ? 'may' : 'no_role', text(roles, needed));
    }
});

test('an auditor changes nothing, whatever else they are', () => {
  for (const roles of sets)
    for (const needed of sets) {
      const isNeeded = roles.some((role) => needed.includes(role));
      const expected = isNeeded ? (roles.includes('auditor') ? 'auditor' : 'may') : 'no_role';
      assert.equal(act(roles, needed, true), expected, text(roles, needed));
    }
});

const ada = { issuer: 'https://idp.example', subject: 'ada' };
const decide = (roles: readonly Role[], askedBy: readonly (typeof ada)[], caller = ada) =>
  said(mayDecide({ caller, roles: new Set(roles) }, { needs: ['approver', 'admin'], askedBy }));

test('nobody decides a matter of their own, however many others it belongs to', () => {
  const grace = { ...ada, subject: 'grace' };
  const namesake = { ...ada, issuer: 'https://other.example' };
  const table = [
    [['approver'], [], 'may'],
    [['approver'], [grace], 'may'],
    [['approver'], [ada], 'own_matter'],
    [['admin'], [ada], 'own_matter'],
    [['admin', 'approver', 'breakGlass'], [grace, ada], 'own_matter'],
    [['approver'], [namesake], 'may'],
    [['auditor', 'approver'], [grace], 'auditor'],
    [['policyApprover'], [grace], 'no_role'],
    [[], [ada], 'no_role'],
  ] as const;
  for (const [roles, askedBy, expected] of table) assert.equal(decide(roles, askedBy), expected, text(roles, askedBy));
});

test('the same person by another sign-in, client or group is the same person', () => {
  const again = { ...ada, namespace: 'idp', client: 'gatebook:other', groups: ['idp:approvers'] };
  assert.equal(decide(['approver'], [ada], again), 'own_matter');
});
