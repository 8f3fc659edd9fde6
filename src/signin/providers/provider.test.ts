import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callbackPath } from '#signin/providers/provider.ts';

test('each issuer sends people back to an address of its own', () => {
  assert.equal(callbackPath('okta'), '/signin/callback/okta');
  assert.notEqual(callbackPath('okta'), callbackPath('entra'));
});
