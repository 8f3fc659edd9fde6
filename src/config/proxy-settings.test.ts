import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText } from '#config/problem.ts';
import { proxyText, resolveProxy } from '#config/proxy-settings.ts';

const noFiles = (): never => {
  throw new Error('no files');
};
const resolve = (proxy: unknown, env: Record<string, string> = {}) =>
  resolveProxy({ proxy }, { env, folder: '/', readFile: noFiles });
const ENV = {
  HTTPS_PROXY: 'http://gate:pass%20word@proxy.test:3128',
  HTTP_PROXY: 'http://clear.test:80',
  NO_PROXY: 'a.test, .b.test,,10.0.0.0/8',
};

test('without the word of the file the environment says nothing', () => {
  assert.equal(resolve(undefined, ENV).resolved, undefined);
});

test('the environment is read where the file says so, lower case first', () => {
  const { resolved, complaints } = resolve('environment', { ...ENV, http_proxy: 'http://lower.test:81' });
  assert.deepEqual(complaints, []);
  assert.equal(resolved?.https?.url.href, 'http://proxy.test:3128/');
  assert.equal(resolved?.https?.authorization, `Basic ${Buffer.from('gate:pass word').toString('base64')}`);
  assert.equal(resolved?.http?.url.host, 'lower.test:81');
  assert.deepEqual(resolved?.around, ['a.test', '.b.test', '10.0.0.0/8']);
});

test('the file names proxies, who goes around them, and a secret by reference', () => {
  const { resolved, complaints } = resolve(
    { https: 'https://proxy.test:3128', noProxy: ['a.test'], credential: { username: 'gate', secret: 'env:WORD' } },
    { WORD: 'way' },
  );
  assert.deepEqual(complaints, []);
  assert.equal(resolved?.https?.authorization, 'Basic Z2F0ZTp3YXk=');
  assert.equal(resolved?.http, undefined);
  assert.notEqual(proxyText(resolved?.https), proxyText(undefined));
});

test('an address that cannot work is refused by its place and never repeated', () => {
  for (const [proxy, env, path] of [
    [{ https: 'socks5://proxy.test:1080' }, {}, 'proxy.https'],
    [{ http: 'http://proxy.test:1/path' }, {}, 'proxy.http'],
    [{ https: 'http://gate:hunter2@proxy.test:1' }, {}, 'proxy.https'],
    [{ https: 'http://p.test', credential: { username: 'a', secret: 'hunter2' } }, {}, 'proxy.credential.secret'],
    ['environment', { HTTPS_PROXY: 'hunter2' }, 'proxy'],
    ['environment', { HTTPS_PROXY: 'ftp://hunter2@proxy.test' }, 'proxy'],
  ] as const) {
    const { complaints } = resolve(proxy, env);
    assert.deepEqual(
      complaints.map(({ path: at }) => pathText(at)),
      [path],
    );
    assert.doesNotMatch(JSON.stringify(complaints), /hunter2/);
  }
});
