import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDigests } from '#masking/carriers/digest.ts';
import { mediaPolicy } from '#masking/carriers/media.ts';
import { ScanBudget } from '#masking/engine/budget.ts';
import { FieldMask } from '#masking/field-mask.ts';
import { FindingNotes } from '#masking/finding-notes.ts';
import { LeafMask } from '#masking/leaf-mask.ts';
import { SecretSet } from '#masking/secret-set.ts';
import { PLACEHOLDERS } from '#masking/operators/placeholders.ts';
import { fakeOperator, fakePlan } from '#test/fakes/masking-plan.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';

const BOTH = { stored: true, inlineRules: true };
const SENT_ONLY = { stored: false, inlineRules: true };

function fieldMask(inlineTypes: readonly string[]) {
  const rules: WalkRules = {
    isSecretField: () => false,
    detection: undefined,
    secrets: SecretSet.EMPTY,
    forSecrets: fakeOperator(() => '[S]'),
    placeholders: PLACEHOLDERS,
    plan: fakePlan({ put: () => '[S]', types: ['SECRET'] }, { put: () => '[I]', types: inlineTypes }),
    media: mediaPolicy({ audio: 'drop' }, {}),
    digests: createDigests(Buffer.alloc(32)),
  };
  const notes: WalkNotes = {
    findings: new FindingNotes(),
    isBlocked: false,
    isOverBudget: false,
    tokensLeft: 10,
    tokens: new Map(),
    budget: new ScanBudget(),
  };
  const leaf = new LeafMask(rules, notes, SecretSet.EMPTY, { pointer: () => '/p', path: ['p'] });
  return { field: new FieldMask(rules, notes, leaf, () => '/p'), notes };
}

test('a secret by its name goes from what is stored, and from what is sent where secrets do', () => {
  assert.deepEqual(fieldMask([]).field.field('x', BOTH, undefined), { stored: '[S]', sent: 'x' });
  assert.deepEqual(fieldMask(['SECRET']).field.field('x', BOTH, undefined), { stored: '[S]', sent: '[I]' });
  assert.deepEqual(fieldMask(['SECRET']).field.field('x', SENT_ONLY, undefined), { stored: 'x', sent: '[I]' });
  assert.deepEqual(fieldMask([]).field.field('', BOTH, undefined), { stored: '', sent: '' });
});

test('what nobody could look into goes from what is sent wherever anything does, and the message says so', () => {
  const { field, notes } = fieldMask(['US_SSN']);
  assert.deepEqual(field.unreadable('x', BOTH), { stored: '[S]', sent: '[S]' });
  assert.ok(notes.isOverBudget);
  assert.deepEqual(fieldMask([]).field.unreadable('x', BOTH), { stored: '[S]', sent: 'x' });
});

test('media becomes what its policy says in each copy, and a finding says so', () => {
  const { field, notes } = fieldMask([]);
  const image = field.media({ kind: 'image', bytes: 3 }, 'AAAA', BOTH);
  assert.equal(image.sent, 'AAAA');
  assert.match(image.stored, /^\[image:k1:[0-9a-v]{13}:3\]$/);
  assert.deepEqual(field.media({ kind: 'audio', bytes: 3 }, 'AAAA', BOTH), { stored: '', sent: '' });
  assert.deepEqual(
    notes.findings.findings().map(({ rule, count, store, inline }) => [rule, count, store, inline]),
    [
      ['media', 1, 'token', undefined],
      ['media', 1, 'drop', 'drop'],
    ],
  );
});
