import assert from 'node:assert/strict';
import { it } from 'node:test';
import { libraryErrors } from '#signin/library-errors.ts';
import { quietly } from '#signin/quiet-library.ts';

it('what cannot be told is 503 and is no word about the client; everything else is the client’s', async () => {
  const { errors } = await quietly(() => import('oidc-provider'));
  const made = libraryErrors(errors);
  const said = (error: Error): readonly unknown[] => [error.message, Reflect.get(error, 'statusCode')];
  const refused = { reason: 'denied', says: 'words' };
  assert.deepEqual(
    [
      made.unavailable(),
      made.clientRefused({ ...refused, error: 'temporarily_unavailable' }),
      made.clientRefused({ ...refused, error: 'invalid_client' }),
      made.clientNotAllowed(),
      made.invalidGrant('detail'),
      made.invalidTarget('words'),
      made.invalidClient('detail'),
      made.loginRequired('words'),
    ].map(said),
    [
      ['temporarily_unavailable', 503],
      ['temporarily_unavailable', 503],
      ['invalid_client', 400],
      ['unauthorized_client', 400],
      ['invalid_grant', 400],
      ['invalid_target', 400],
      ['invalid_client', 401],
      ['login_required', 400],
    ],
  );
});
