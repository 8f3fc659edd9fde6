import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBlock } from '#masking/operators/block.ts';
import { createPartial } from '#masking/operators/partial.ts';
import { createRedact } from '#masking/operators/redact.ts';
import { createToken } from '#masking/operators/token.ts';
import { RuledPlan } from '#masking/plan-message.ts';
import type { CompiledRule } from '#masking/plan-rule.ts';

const token = createToken({ id: 'k1', key: Buffer.alloc(32) });
const both = new Set(['inline', 'store'] as const);
const DEFAULTS = {
  store: { operator: token, types: new Set(['EMAIL_ADDRESS', 'SECRET']) },
  inline: { operator: createPartial(4), types: new Set(['SECRET']) },
  forSecrets: token,
};
const plan = (...rules: CompiledRule[]) =>
  new RuledPlan(
    rules.map((rule, index) => ({ rule, index })),
    DEFAULTS,
  );
const said = (ruled: RuledPlan, type: string, path: readonly string[] = []) => {
  const { store, inline, storeBy, inlineBy, isBlocked } = ruled.decide(type, path);
  return [store?.name, storeBy, inline?.name, inlineBy, isBlocked];
};

test('without a rule the defaults decide, and a secret never shows a part of itself', () => {
  assert.deepEqual(said(plan(), 'EMAIL_ADDRESS'), ['token', 'default', undefined, 'default', false]);
  assert.deepEqual(said(plan(), 'URL'), [undefined, 'default', undefined, 'default', false]);
  assert.deepEqual(said(plan(), 'SECRET'), ['token', 'default', 'token', 'default', false]);
});

test('the first rule that matches type and place decides, for each copy by itself', () => {
  const ruled = plan(
    { entities: new Set(['EMAIL_ADDRESS']), pointers: [['a']], copies: new Set(['inline']), operator: undefined },
    { entities: new Set(['EMAIL_ADDRESS']), copies: both, operator: createPartial(2) },
    { copies: both, operator: createRedact() },
  );
  assert.deepEqual(said(ruled, 'EMAIL_ADDRESS', ['a']), ['partial', 1, undefined, 0, false]);
  assert.deepEqual(said(ruled, 'EMAIL_ADDRESS', ['b']), ['partial', 1, 'partial', 1, false]);
  assert.deepEqual(said(ruled, 'PERSON', ['a']), ['redact', 2, 'redact', 2, false]);
});

test('what the caller gets masked more is masked as much in the stored copy', () => {
  const ruled = plan({ copies: new Set(['inline']), operator: createRedact() });
  assert.deepEqual(said(ruled, 'EMAIL_ADDRESS'), ['redact', 'raised', 'redact', 0, false]);
  assert.deepEqual(said(ruled, 'URL'), ['redact', 'raised', 'redact', 0, false]);
  const blocking = plan({ copies: new Set(['inline']), operator: createBlock() });
  assert.deepEqual(said(blocking, 'PERSON'), ['block', 'raised', 'block', 0, true]);
});

test('the same verdict is given for the same place again, not a new one', () => {
  const ruled = plan({ pointers: [['a'], ['b', '**']], copies: both, operator: createRedact() });
  assert.equal(ruled.decide('PERSON', ['a']), ruled.decide('PERSON', ['b', 'c']));
  assert.notEqual(ruled.decide('PERSON', ['a']), ruled.decide('PERSON', ['c']));
});
