import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Client, RequestContext } from 'oidc-provider';
import type { Standing } from '#oauth/registered-client.ts';
import { stayHere } from '#signin/stay-here.ts';

const CLIENT = { clientId: 'editor' } as Client;

/** What is answered in the end where the library sends the browser there. */
async function answered(
  location: string,
  { path = '/oauth/authorize', is = 'allowed', mode }: { path?: string; is?: 'allowed' | 'waiting'; mode?: string },
): Promise<[number, string | undefined]> {
  const headers = new Map<string, string>();
  const fake: Partial<RequestContext> = {
    path,
    method: 'GET',
    status: 404,
    oidc: { client: CLIENT, params: mode === undefined ? {} : { response_mode: mode } },
    response: { get: (name: string) => headers.get(name) ?? '' },
    remove: (name: string) => void headers.delete(name),
    set: () => undefined,
  };
  const context = fake as RequestContext;
  const standing = (): Standing => (is === 'allowed' ? { is } : { is, wasApproved: false });
  await stayHere({ standing })(context, async () => {
    context.status = 303;
    headers.set('location', location);
  });
  return [context.status, headers.get('location')];
}

it('a browser leaves for places of allowed clients alone, and pages of ours are open to all', async () => {
  const away = 'https://evil.example/?error=login_required';
  assert.deepEqual(await answered(away, {}), [303, away]);
  assert.deepEqual(await answered(away, { is: 'waiting' }), [400, undefined]);
  assert.deepEqual(await answered(away, { is: 'waiting', path: '/oauth/authorize/uid' }), [400, undefined]);
  assert.deepEqual(await answered('/signin/interaction/u', { is: 'waiting' }), [303, '/signin/interaction/u']);
});

it('an answer in another form than the metadata names is not sent', async () => {
  assert.deepEqual(await answered('/signin/interaction/u', { mode: 'form_post' }), [400, undefined]);
  assert.deepEqual(await answered('/signin/interaction/u', { mode: 'query' }), [303, '/signin/interaction/u']);
});
