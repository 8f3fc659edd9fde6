import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createRedact } from '#masking/operators/redact.ts';
import { createPlan } from '#masking/plan.ts';
import type { CompiledRule } from '#masking/plan-rule.ts';

const redact = createRedact();
const both = new Set(['inline', 'store'] as const);
const make = (rules: readonly CompiledRule[]) =>
  createPlan({
    rules,
    store: { operator: redact, types: new Set(['PERSON']) },
    inline: { operator: redact, types: new Set(['PERSON']), connections: new Set(['crm']) },
    forSecrets: redact,
  });
const at = (connection: string, groups: readonly string[] = []) =>
  ({ connection, direction: 'response', method: 'tools/call', groups }) as const;

test('messages of one kind share a plan, those to which other rules apply have another', () => {
  const { forMessage } = make([
    { connections: new Set(['erp']), copies: both, operator: undefined },
    { groups: ['okta:support'], copies: new Set(['inline']), operator: undefined },
  ]);
  assert.equal(forMessage(at('a')), forMessage(at('b')));
  assert.notEqual(forMessage(at('a')), forMessage(at('erp')));
  assert.equal(forMessage(at('erp')).decide('PERSON', []).store, undefined);
  assert.equal(forMessage(at('crm')).decide('PERSON', []).inline?.name, 'redact');
  assert.equal(forMessage(at('crm', ['okta:support'])).decide('PERSON', []).inline, undefined);
  assert.equal(forMessage(at('a')).masksInline, false);
});

test('with more kinds of messages than are remembered each gets the right plan all the same', () => {
  const kinds = 14;
  const rules = Array.from({ length: kinds }, (_, bit) => ({
    entities: new Set([`E${bit}`]),
    groups: [`g${bit}`],
    copies: both,
    operator: redact,
  }));
  const { forMessage } = make(rules);
  assert.ok(2 ** kinds > LIMITS.maskingForks);
  for (let mask = 0; mask < 2 ** kinds; mask++) {
    const groups = rules.flatMap(({ groups: [group = ''] }, bit) => ((mask >> bit) & 1 ? [group] : []));
    const bit = mask % kinds;
    const isOn = forMessage(at('a', groups)).decide(`E${bit}`, []).store !== undefined;
    assert.equal(isOn, ((mask >> bit) & 1) === 1, `${mask}`);
  }
});
