import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';
import { PresenceUnknown } from '#signin/web-session.ts';
import { whenKnown } from '#signin/when-known.ts';
import { signInParts } from '#test/fakes/sign-in.ts';

const PAGE: SignInAnswer = { status: 200, headers: {}, body: 'yours' };

/** What comes of a page; visits are the pages' own to look at. */
async function answerOf(serve: () => SignInAnswer | Promise<SignInAnswer>): Promise<SignInAnswer | 'sent'> {
  const page: SignInRoute = { method: 'GET', path: '/me', serve };
  const [route = assert.fail()] = whenKnown([page]);
  assert.deepEqual([route.method, route.path], ['GET', '/me']);
  return route.serve({} as Visit, signInParts());
}
const rejecting = (error: Error) =>
  answerOf(() => {
    throw error;
  });

test('a page that cannot tell who sits there says so, and any other failure stays one', async () => {
  assert.equal(await answerOf(() => PAGE), PAGE);
  const told = await rejecting(new PresenceUnknown('no answer'));
  assert.ok(told !== 'sent' && told.status === 503);
  assert.match(told.body, /does not answer/);
  await assert.rejects(rejecting(new Error('a bug')), /a bug/);
});
