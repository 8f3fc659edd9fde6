import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createDigests } from '#masking/carriers/digest.ts';
import { DEFAULT_MEDIA } from '#masking/carriers/media.ts';
import { FindingNotes } from '#masking/finding-notes.ts';
import { ScanBudget } from '#masking/engine/budget.ts';
import { MaskWalk } from '#masking/mask-walk.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import { SecretSet } from '#masking/secret-set.ts';
import { parseJson, spliceText } from '#mcp/json.ts';
import { PLACEHOLDERS } from '#masking/operators/placeholders.ts';
import { fakeOperator, fakePlan } from '#test/fakes/masking-plan.ts';

const sized = (type: string, hidden: string): string => `<${type} of ${hidden.length}>`;
const inlinePlan = (types: readonly string[]) =>
  fakePlan({ put: sized, types: ['SECRET'] }, { put: (type) => `<${type}>`, types });

function walk(value: unknown, change: { readonly rules?: Partial<WalkRules>; readonly tokensLeft?: number } = {}) {
  const text = JSON.stringify(value);
  const doc = parseJson(Buffer.from(text), { depth: 64, nodes: 10_000 });
  assert.ok(doc.ok);
  const rules: WalkRules = {
    isSecretField: (key) => key === 'password',
    detection: undefined,
    secrets: SecretSet.EMPTY,
    forSecrets: fakeOperator(sized),
    placeholders: PLACEHOLDERS,
    plan: inlinePlan([]),
    media: DEFAULT_MEDIA,
    digests: createDigests(Buffer.alloc(32)),
    ...change.rules,
  };
  const notes: WalkNotes = {
    findings: new FindingNotes(),
    isBlocked: false,
    isOverBudget: false,
    tokensLeft: change.tokensLeft ?? 10,
    tokens: new Map(),
    budget: new ScanBudget(),
  };
  const made = new MaskWalk(text, rules, notes, SecretSet.EMPTY);
  made.walk(doc.value.root);
  return { stored: spliceText(text, made.storedEdits), sent: spliceText(text, made.sentEdits), notes };
}

test('an operator is told the whole value it replaces, as text', () => {
  assert.equal(walk({ password: 'ab' }).stored, '{"password":"<SECRET of 2>"}');
  assert.equal(walk({ password: { a: 1 } }).stored, '{"password":"<SECRET of 7>"}');
  assert.equal(walk({ password: -1.5 }).stored, '{"password":"<SECRET of 4>"}');
});

test('what is masked in the sent copy follows the inline types alone', () => {
  assert.equal(walk({ password: 'ab' }).sent, '{"password":"ab"}');
  assert.equal(walk({ password: 'ab' }, { rules: { plan: inlinePlan(['SECRET']) } }).sent, '{"password":"<SECRET>"}');
});

test('when the tokens of a message are used up, values are still replaced', () => {
  const { stored, notes } = walk([{ password: 'ab' }, { password: 'cd' }], { tokensLeft: 1 });
  assert.equal(stored, '[{"password":"<SECRET of 2>"},{"password":"[SECRET]"}]');
  assert.equal(notes.isOverBudget, true);
});

test('the path of a finding is right after arrays, objects and schemas before it', () => {
  const value = {
    result: { tools: [{ inputSchema: { properties: { password: {} } } }], x: [[{}], { password: 'p' }] },
  };
  assert.deepEqual(
    walk(value)
      .notes.findings.findings()
      .map(({ pointer }) => pointer),
    ['/result/x/1/password'],
  );
});
