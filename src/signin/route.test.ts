import assert from 'node:assert/strict';
import { it } from 'node:test';
import { paramsOf, redirect } from '#signin/route.ts';

it('a route takes exactly the paths of its form', () => {
  assert.deepEqual(paramsOf('/signin/interaction/:uid', '/signin/interaction/abc'), { uid: 'abc' });
  assert.deepEqual(paramsOf('/me', '/me'), {});
  for (const path of [
    '/signin/interaction/',
    '/signin/interaction',
    '/signin/interaction/a/b',
    '/signin/Interaction/a',
  ])
    assert.equal(paramsOf('/signin/interaction/:uid', path), undefined, path);
});

it('a redirect tells the next site nothing and is kept by nobody', () => {
  assert.deepEqual(redirect('https://idp.example.com/', { 'set-cookie': ['a=b'] }), {
    status: 303,
    headers: {
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'set-cookie': ['a=b'],
      location: 'https://idp.example.com/',
    },
    body: '',
  });
});
