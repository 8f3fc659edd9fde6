import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultRefusal, troubleRefusal } from '#api/search-trouble.ts';

test('a search that costs too much is the asker’s to change, any other trouble passes', () => {
  const codeOf = (reason: Parameters<typeof troubleRefusal>[0]['reason']): string =>
    troubleRefusal({ reason, message: 'SELECT secret' }).code;
  assert.equal(codeOf('too_costly'), 'search_too_costly');
  assert.equal(codeOf('closed'), 'stopping');
  for (const reason of ['busy', 'failed', 'gone'] as const) assert.equal(codeOf(reason), 'search_unavailable');
  assert.ok(!JSON.stringify(troubleRefusal({ reason: 'failed', message: 'SELECT secret' })).includes('secret'));
});

test('a fault keeps its place', () => {
  assert.deepEqual(faultRefusal({ parameter: 'filter', message: 'm', offset: 3, expected: 'e' }), {
    code: 'invalid_parameter',
    reason: 'filter',
    parameter: 'filter',
    detail: 'm',
    offset: 3,
    expected: 'e',
  });
});
