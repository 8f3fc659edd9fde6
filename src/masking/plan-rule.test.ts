import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedact } from '#masking/operators/redact.ts';
import { appliesTo, covers, type CompiledRule, type Situation } from '#masking/plan-rule.ts';

const RULE: CompiledRule = { copies: new Set(['inline', 'store']), operator: createRedact() };
const SITUATION: Situation = {
  connection: 'crm',
  direction: 'response',
  method: 'tools/call',
  name: 'find_person',
  groups: ['okta:support'],
};

test('a rule applies where all it asks for is so', () => {
  const cases: readonly (readonly [Partial<CompiledRule>, boolean])[] = [
    [{}, true],
    [{ connections: new Set(['crm']) }, true],
    [{ connections: new Set(['erp']) }, false],
    [{ direction: 'response' }, true],
    [{ direction: 'request' }, false],
    [{ calls: (method, name) => method === 'tools/call' && name.startsWith('find_') }, true],
    [{ calls: () => false }, false],
    [{ groups: ['okta:audit', 'okta:support'] }, true],
    [{ groups: ['okta:audit'] }, false],
    [{ connections: new Set(['crm']), direction: 'request' }, false],
  ];
  for (const [more, applies] of cases)
    assert.equal(appliesTo({ ...RULE, ...more }, SITUATION), applies, JSON.stringify(more));
  const nobody = { connection: 'crm', direction: 'response', method: '' } as const;
  assert.equal(appliesTo({ ...RULE, groups: ['okta:support'] }, nobody), false);
});

test('a rule covers its entities in its copies, and an exemption never a secret that is kept', () => {
  assert.equal(covers({ ...RULE, entities: new Set(['PERSON']) }, 'PERSON', 'store'), true);
  assert.equal(covers({ ...RULE, entities: new Set(['PERSON']) }, 'URL', 'store'), false);
  assert.equal(covers({ ...RULE, copies: new Set(['inline']) }, 'PERSON', 'store'), false);
  const exempt: CompiledRule = { ...RULE, operator: undefined };
  assert.deepEqual(
    [covers(exempt, 'PERSON', 'store'), covers(exempt, 'SECRET', 'store'), covers(exempt, 'SECRET', 'inline')],
    [true, false, true],
  );
});
