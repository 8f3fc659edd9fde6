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
