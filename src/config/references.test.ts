/* oxlint-disable unicorn/no-thenable -- `then` is a key of gatebook.yaml */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText } from '#config/problem.ts';
import { checkReferences } from '#config/references.ts';

const complaints = (more: Record<string, unknown>): string[] =>
  checkReferences({ issuers: { okta: {} }, connections: { github: {} }, levels: { read: {} }, ...more }).map(
    ({ path, message }) => `${pathText(path)} ${message}`,
  );

test('every name must name something: level, connection, and issuer before the colon', () => {
  assert.deepEqual(
    complaints({
      levels: { read: {}, a: { extends: 'nope' } },
      grants: [{ groups: ['okta:a', 'entra:b'], subjects: ['x:y'], connections: ['*', 'gitlab'], level: 'write' }],
      roles: { admin: ['entra:admins'] },
      approvals: { show: ['entra:privacy'] },
      rules: [{ name: 'r', then: 'hold', approvers: ['entra:a'], notify: ['pager'], lift: 'up' }],
      masking: { inline: { connections: ['gone'] } },
    }),
    [
      'levels.a.extends there is no level "nope"',
      'grants[0].groups[1] there is no issuer "entra"',
      'grants[0].subjects[0] there is no issuer "x"',
      'grants[0].connections[1] there is no connection "gitlab"',
      'grants[0].level there is no level "write"',
      'roles.admin[0] there is no issuer "entra"',
      'rules[0].approvers[0] there is no issuer "entra"',
      'rules[0].notify[0] there is no notifier "pager"',
      'rules[0].lift there is no level "up"',
      'approvals.show[0] there is no issuer "entra"',
      'masking.inline.connections[0] there is no connection "gone"',
    ],
  );
});

test('a group that is an auditor is nothing else: it would change nothing', () => {
  const roles = { auditor: ['okta:audit'], admin: ['okta:admins', 'okta:audit'], breakGlass: ['okta:audit'] };
  assert.deepEqual(
    complaints({ roles }).map((complaint) => complaint.split(' ')[0]),
    ['roles.admin[1]', 'roles.breakGlass[0]'],
  );
  assert.deepEqual(complaints({ roles: { ...roles, admin: ['okta:admins'], breakGlass: ['okta:admins'] } }), []);
});

test('circles of extends are found on each level of the circle and on none that only leads to it', () => {
  const levels = {
    a: { extends: 'b' },
    b: { extends: 'c' },
    c: { extends: 'a' },
    d: { extends: 'a' },
    e: { extends: 'e' },
  };
  assert.deepEqual(
    complaints({ levels }).map((complaint) => complaint.split(' ')[0]),
    ['levels.a.extends', 'levels.b.extends', 'levels.c.extends', 'levels.e.extends'],
  );
});

test('a grant to nobody and a grant nobody can match are refused', () => {
  assert.match(complaints({ grants: [{ connections: ['*'], level: 'read' }] }).join(), /not to whom/);
  const both = [{ clients: ['okta:a'], subjects: ['okta:b'], connections: ['*'], level: 'read' }];
  assert.match(complaints({ grants: both }).join(), /nobody is matched/);
});

test('rules have names of their own, and approvers belong to a hold', () => {
  assert.match(
    complaints({
      rules: [
        { name: 'a', then: 'deny' },
        { name: 'a', then: 'deny' },
      ],
    }).join(),
    /rules\[1\]\.name two rules/,
  );
  assert.match(complaints({ rules: [{ name: 'a', then: 'deny', approvers: ['okta:a'] }] }).join(), /belongs to a hold/);
});

test('what has the wrong shape is left to the schema', () => {
  assert.deepEqual(complaints({ levels: [1], grants: { a: 1 }, rules: [null, 'x'], roles: 5, masking: [] }), []);
});
