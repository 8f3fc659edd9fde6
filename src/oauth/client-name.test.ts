import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkClientName, skeletonOf } from '#oauth/client-name.ts';

const KNOWN = ['Corporate Assistant'];
const checked = (name: string): string => {
  const result = checkClientName(name, KNOWN);
  return result.ok ? `ok ${result.value}` : result.error;
};

test('ordinary names of every script are taken as they are, without the space around them', () => {
  for (const name of [
    'Claude',
    'Visual Studio Code',
    'mcp-remote 0.1',
    'Ассистент',
    '助手',
    'Ω client',
    'Naïve Ünïcode',
    'Agent 🤖',
  ])
    assert.equal(checked(name), `ok ${name}`);
  assert.equal(checked('  Claude '), 'ok Claude');
});

test('what hides, passes for Gatebook or passes for a known client is refused', () => {
  const cases: Readonly<Record<string, string>> = {
    Gatebook: 'looks_like_gatebook',
    'gate-book admin': 'looks_like_gatebook',
    'The G A T E B O O K team': 'looks_like_gatebook',
    G4teb00k: 'looks_like_gatebook',
    ＧＡＴＥＢＯＯＫ: 'looks_like_gatebook',
    Gàtébōôk: 'looks_like_gatebook',
    'corporate  assistant!': 'looks_like_known',
    'Corporate Ass1stant': 'looks_like_known',
    'Cl\u0430ude': 'mixed_scripts',
    'Clau\u200bde': 'hidden_characters',
    'Clau\u202ede': 'hidden_characters',
    'Clau\nde': 'hidden_characters',
    'Claude\u001b[2K': 'hidden_characters',
    '': 'empty',
    '   ': 'empty',
    '---': 'empty',
    [`C${'x'.repeat(100)}`]: 'too_long',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(cases).map((name) => [name, checked(name)])), cases);
});

test('names that look alike have one skeleton, and others do not', () => {
  assert.equal(skeletonOf('С1аudе'), skeletonOf('Claude'));
  assert.notEqual(skeletonOf('Claude'), skeletonOf('Cloude'));
});
