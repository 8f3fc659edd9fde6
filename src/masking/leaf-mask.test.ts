import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDigests } from '#masking/carriers/digest.ts';
import { DEFAULT_MEDIA } from '#masking/carriers/media.ts';
import { ScanBudget } from '#masking/engine/budget.ts';
import { createEngine } from '#masking/engine/engine.ts';
import { NO_PLACE } from '#masking/engine/place.ts';
import { FindingNotes } from '#masking/finding-notes.ts';
import { LeafMask } from '#masking/leaf-mask.ts';
import { SecretSet } from '#masking/secret-set.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import { PLACEHOLDERS } from '#masking/operators/placeholders.ts';
import { fakeOperator, fakePlan } from '#test/fakes/masking-plan.ts';

const TEXT = 'ada@example.com 078-05-1120';
const types = new Set(['EMAIL_ADDRESS', 'US_SSN']);
const engine = createEngine({ types });
function leafMask(budget = new ScanBudget()) {
  const rules: WalkRules = {
    isSecretField: () => false,
    detection: undefined,
    secrets: SecretSet.EMPTY,
    forSecrets: fakeOperator((type) => `<${type}>`),
    placeholders: PLACEHOLDERS,
    plan: fakePlan(
      { put: (type) => `<${type}>`, types: [...types] },
      { put: (type) => `[${type}]`, types: ['US_SSN'] },
    ),
    media: DEFAULT_MEDIA,
    digests: createDigests(Buffer.alloc(32)),
  };
  const notes: WalkNotes = {
    findings: new FindingNotes(),
    isBlocked: false,
    isOverBudget: false,
    tokensLeft: 10,
    tokens: new Map(),
    budget,
  };
  return { leaf: new LeafMask(rules, notes, SecretSet.EMPTY, { pointer: () => '/p', path: ['p'] }), notes };
}

test('the stored copy loses all that is found, the sent one what it is asked for', () => {
  const { leaf, notes } = leafMask();
  const both = { stored: true, inlineRules: true };
  const texts = leaf.maskDetected({ stored: TEXT, sent: TEXT }, NO_PLACE, both, engine);
  assert.deepEqual(texts, { stored: '<EMAIL_ADDRESS> <US_SSN>', sent: 'ada@example.com [US_SSN]' });
  assert.deepEqual(
    notes.findings.findings().map(({ type, pointer, store, inline }) => [type, pointer, store, inline]),
    [
      ['EMAIL_ADDRESS', '/p', 'redact', undefined],
      ['US_SSN', '/p', 'redact', 'redact'],
    ],
  );
});

test('what there was no budget to look at passes in neither copy', () => {
  const { leaf, notes } = leafMask(new ScanBudget(3));
  const both = { stored: true, inlineRules: true };
  const texts = leaf.maskDetected({ stored: TEXT, sent: TEXT }, NO_PLACE, both, engine);
  assert.deepEqual(texts, { stored: '[SECRET]', sent: '[SECRET]' });
  assert.equal(notes.isOverBudget, true);
  assert.equal(notes.isSentOverBudget, true);
  assert.deepEqual(leaf.maskKey(TEXT, both, engine).stored, '[SECRET]');
});

test('it is noted whether there was no budget for the copy that is sent, in values and in keys', () => {
  const wanted = { stored: true, inlineRules: true };
  const storedOnly = { stored: true, inlineRules: false };
  for (const [copies, expected] of [
    [wanted, true],
    [storedOnly, undefined],
  ] as const) {
    const ofValue = leafMask(new ScanBudget(3));
    ofValue.leaf.maskDetected({ stored: TEXT, sent: TEXT }, NO_PLACE, copies, engine);
    const ofKey = leafMask(new ScanBudget(3));
    ofKey.leaf.maskKey(TEXT, copies, engine);
    for (const { notes } of [ofValue, ofKey])
      assert.deepEqual([notes.isOverBudget, notes.isSentOverBudget], [true, expected]);
  }
});

test('a key is noted only when its pointer no longer shows it', () => {
  const { leaf, notes } = leafMask();
  const masked = leaf.maskKey('ada@example.com', { stored: true, inlineRules: true }, engine);
  assert.deepEqual([masked.stored, masked.sent], ['<EMAIL_ADDRESS>', 'ada@example.com']);
  assert.equal(notes.findings.findings().length, 0);
  masked.note();
  assert.equal(notes.findings.findings().length, 1);
});
