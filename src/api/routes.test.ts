import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_PATHS } from '#api/contract/paths.ts';
import { ROUTES } from '#api/routes.ts';

test('every path of the contract is served, and no operation twice', () => {
  const served = ROUTES.map(({ operation: { method, path } }) => `${method} ${path}`);
  assert.deepEqual(served, [...new Set(served)]);
  const paths = new Set<string>([API_PATHS.openApi, ...ROUTES.map(({ operation }) => operation.path)]);
  assert.deepEqual([...paths].toSorted(), Object.values(API_PATHS).toSorted());
});

test('no operation is open to everybody who has a token', () => {
  for (const { operation } of ROUTES) assert.ok(operation.roles.length > 0, operation.id);
});

test('no role but the auditor’s is needed to read what an auditor reads, and an auditor is asked for no change', () => {
  for (const { operation } of ROUTES)
    if (operation.method !== 'GET')
      assert.ok(!(operation.roles as readonly string[]).includes('auditor'), operation.id);
});
