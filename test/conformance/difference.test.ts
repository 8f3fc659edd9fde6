import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEmpty } from './compare.ts';
import { differenceOf } from './difference.ts';
import type { Check } from './difference.ts';
import type { Run } from './suite.ts';

const checks: readonly Check[] = [
  { scenario: 'tools-list', check: 'tools-list', status: 'SUCCESS' },
  { scenario: 'caching', check: 'hints', status: 'SUCCESS' },
  { scenario: 'caching', check: 'hints', status: 'WARNING' },
];
const run = (found: readonly Check[]): Run => ({
  revision: '2026-07-28',
  passed: true,
  scenarios: new Set(found.map((check) => check.scenario)).size,
  checks: found,
});

test('the same checks with the same results in any order make no difference', () => {
  assert.deepEqual(differenceOf(checks, checks.toReversed()), []);
});

test('a changed result, a check too few and one too many are differences, with what the suite says', () => {
  const through: readonly Check[] = [
    { scenario: 'tools-list', check: 'tools-list', status: 'FAILURE', message: 'no tools' },
    { scenario: 'caching', check: 'hints', status: 'SUCCESS' },
    { scenario: 'ping', check: 'ping', status: 'SUCCESS' },
  ];
  assert.deepEqual(differenceOf(checks, through), [
    {
      scenario: 'tools-list',
      check: 'tools-list',
      direct: ['SUCCESS'],
      through: ['FAILURE'],
      messages: ['no tools'],
    },
    { scenario: 'caching', check: 'hints', direct: ['SUCCESS', 'WARNING'], through: ['SUCCESS'], messages: [] },
    { scenario: 'ping', check: 'ping', direct: [], through: ['SUCCESS'], messages: [] },
  ]);
});

test('two runs that checked nothing, or a fixture that fails, are no pass', () => {
  const comparison = { revision: '2026-07-28', direct: run(checks), through: run(checks), difference: [] } as const;
  assert.equal(isEmpty(comparison), true);
  assert.equal(isEmpty({ ...comparison, direct: run([]), through: run([]) }), false);
  assert.equal(isEmpty({ ...comparison, direct: { ...run(checks), passed: false } }), false);
  assert.equal(isEmpty({ ...comparison, difference: differenceOf(checks, []) }), false);
});
