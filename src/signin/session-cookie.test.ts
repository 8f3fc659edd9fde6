import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headersOf } from '#gateway/steps/receive.ts';
import { createSessionCookie } from '#signin/session-cookie.ts';

const VALUE = 'A'.repeat(43);
const secure = createSessionCookie('https://mcp.example.com/gate');
const plain = createSessionCookie('http://127.0.0.1:8420');

test('by https no other host can plant the cookie, no script reads it, and no form from elsewhere brings it', () => {
  assert.equal(secure.set(VALUE), `__Host-gatebook=${VALUE}; Path=/; HttpOnly; SameSite=Lax; Secure`);
  assert.match(secure.clear, /^__Host-gatebook=; .*Secure; Max-Age=0$/);
  assert.equal(plain.set(VALUE), `gatebook=${VALUE}; Path=/; HttpOnly; SameSite=Lax`);
});

test('it is found among others, in one header or several', () => {
  assert.equal(secure.read(headersOf(['Cookie', `a=b; __Host-gatebook=${VALUE}; c=d`])), VALUE);
  assert.equal(secure.read(headersOf(['cookie', 'a=b', 'COOKIE', ` __Host-gatebook = ${VALUE} `])), VALUE);
  assert.equal(secure.read(headersOf(['x', `__Host-gatebook=${VALUE}`])), undefined);
  assert.equal(secure.read(headersOf(['cookie', `gatebook=${VALUE}`])), undefined);
});

test('of two nobody can say which is planted: there is none', () => {
  const two = ['cookie', `__Host-gatebook=${VALUE}; __Host-gatebook=${VALUE.replace('A', 'B')}`];
  assert.equal(secure.read(headersOf(two)), undefined);
  assert.equal(secure.isShown(headersOf(two)), true);
  assert.equal(
    secure.read(headersOf(['cookie', `__Host-gatebook=${VALUE}`, 'cookie', `__Host-gatebook=${VALUE}`])),
    undefined,
  );
});

test('a value that none of ours has is none', () => {
  for (const value of ['', 'x', `${VALUE}A`, `${VALUE.slice(1)}=`, `"${VALUE}"`, `${VALUE.slice(1)} `])
    assert.equal(secure.read(headersOf(['cookie', `__Host-gatebook=${value}`])), undefined, value);
  assert.equal(secure.isShown(headersOf(['cookie', '__Host-gatebook=x'])), true);
  assert.equal(secure.isShown(headersOf(['cookie', 'other=__Host-gatebook'])), false);
});
