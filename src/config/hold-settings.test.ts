/* oxlint-disable unicorn/no-thenable -- `then` is a key of gatebook.yaml */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdSettings } from '#config/hold-settings.ts';
import { ConfigSchema } from '#config/schema.ts';

const config = (more: Record<string, unknown>) =>
  ConfigSchema.parse({
    version: 1,
    deployment: 'acme',
    issuers: {
      okta: { preset: 'okta', issuer: 'https://acme.okta.com' },
      entra: { preset: 'entra', issuer: 'https://login.example/t/v2.0' },
    },
    ...more,
  });
const PUBLIC = 'https://mcp.example.com';

test('a rule says who decides, how many, about what, for how long; what it does not say has a safe default', () => {
  const { byRule } = holdSettings(
    config({
      roles: { approver: ['okta:approvers'] },
      rules: [
        { name: 'plain', when: 'true', then: 'hold' },
        {
          name: 'full',
          when: 'true',
          then: 'hold',
          approvers: ['okta:dba'],
          needed: 2,
          scopes: ['call', 'tool'],
          waitMinutes: 5,
          validMinutes: 1,
          asks: { reason: true, ticket: 'OPS-[0-9]+' },
          breakGlass: 'nobody',
          notify: ['oncall'],
        },
        { name: 'deny', when: 'true', then: 'deny' },
      ],
    }),
    PUBLIC,
  );
  assert.deepEqual([...byRule.keys()], ['plain', 'full']);
  assert.deepEqual(byRule.get('plain'), {
    rule: 'plain',
    approvers: ['okta:approvers'],
    needed: 1,
    scopes: ['once'],
    waitMs: 3_600_000,
    validMs: 600_000,
    asks: { reason: false },
    breakGlass: 'others',
    notify: [],
  });
  assert.deepEqual(byRule.get('full'), {
    rule: 'full',
    approvers: ['okta:dba'],
    needed: 2,
    scopes: ['call', 'tool'],
    waitMs: 300_000,
    validMs: 60_000,
    asks: { reason: true, ticket: 'OPS-[0-9]+' },
    breakGlass: 'nobody',
    notify: ['oncall'],
  });
});

test('what no rule holds is for the approvers of the deployment, and for nobody where there are none', () => {
  assert.equal(holdSettings(config({}), PUBLIC).otherwise, undefined);
  const { otherwise } = holdSettings(config({ roles: { approver: ['okta:approvers'] } }), PUBLIC);
  assert.deepEqual(otherwise?.approvers, ['okta:approvers']);
});

test('people and owners are known by issuer and subject, whatever colons the subject has', () => {
  const { owners, samePeople } = holdSettings(
    config({
      approvals: { samePeople: [['okta:00u1', 'entra:a:b']], show: [] },
      serviceAccounts: { nightly: { owner: 'okta:00u1', purpose: 'report' } },
    }),
    PUBLIC,
  );
  assert.deepEqual(samePeople, [
    [
      { issuer: 'https://acme.okta.com', subject: '00u1' },
      { issuer: 'https://login.example/t/v2.0', subject: 'a:b' },
    ],
  ]);
  assert.deepEqual(owners.get(`${PUBLIC}\nnightly`), { issuer: 'https://acme.okta.com', subject: '00u1' });
});
