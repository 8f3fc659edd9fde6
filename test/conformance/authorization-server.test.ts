import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAuthorizationSuite } from './authorization-server.ts';

test('the official suite finds nothing wrong with the authorization server', async () => {
  const checks = await runAuthorizationSuite();
  assert.deepEqual(
    checks.map(({ scenario, check, status, message }) => [scenario, check, status, message]),
    [
      ['authorization-code-grant', 'authorization-code-grant AuthorizationCodeGrant', 'SUCCESS', undefined],
      [
        'authorization-server-metadata-endpoint',
        'authorization-server-metadata AuthorizationServerMetadata',
        'SUCCESS',
        undefined,
      ],
      [
        'authorization-server-metadata-endpoint',
        'authorization-server-metadata-cimd AuthorizationServerMetadataCIMD',
        'SUCCESS',
        undefined,
      ],
    ],
  );
});
