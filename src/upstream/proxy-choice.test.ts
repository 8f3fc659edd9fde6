import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basicAuthorization, proxyFor } from '#upstream/proxy-choice.ts';
import type { ProxySettings } from '#upstream/proxy-choice.ts';

const https = { url: new URL('http://proxy.test:3128'), authorization: undefined };
const http = { url: new URL('http://clear-proxy.test:3128'), authorization: undefined };
const through = (url: string, ...around: readonly string[]): boolean => {
  const settings: ProxySettings = { https, http, around };
  return proxyFor(new URL(url), settings) !== undefined;
};

test('https and http servers have a proxy each, or none', () => {
  assert.equal(proxyFor(new URL('https://a.test/mcp'), { https, http, around: [] }), https);
  assert.equal(proxyFor(new URL('http://a.test/mcp'), { https, http, around: [] }), http);
  assert.equal(proxyFor(new URL('http://a.test/mcp'), { https, http: undefined, around: [] }), undefined);
  assert.equal(proxyFor(new URL('https://a.test/mcp'), undefined), undefined);
});

test('loopback is never reached through a proxy', () => {
  for (const url of [
    'http://127.0.0.1:1/',
    'https://localhost/',
    'https://LOCALHOST./',
    'http://[::1]:80/',
    'http://127.9.9.9/',
    'https://a.localhost/',
  ])
    assert.equal(through(url.replace('./', '/')), false, url);
});

test('what is named goes around the proxy, with all below it, and nothing that only looks like it', () => {
  for (const [url, entry] of [
    ['https://intra.test/', 'intra.test'],
    ['https://INTRA.test/', 'Intra.Test'],
    ['https://a.b.intra.test/', 'intra.test'],
    ['https://a.intra.test/', '.intra.test'],
    ['https://a.intra.test/', '*.intra.test'],
    ['https://anything.test/', '*'],
    ['https://10.1.2.3/', '10.0.0.0/8'],
    ['https://10.1.2.3/', '10.1.2.3'],
    ['https://[fd00::1]/', 'fd00::/8'],
    ['https://[fd00::1]/', 'fd00::1'],
    ['https://intra.test/', 'intra.test:443'],
    ['https://intra.test:8443/', 'intra.test:8443'],
  ] as const)
    assert.equal(through(url, entry), false, `${url} ${entry}`);
  for (const [url, entry] of [
    ['https://notintra.test/', 'intra.test'],
    ['https://intra.test.evil.test/', 'intra.test'],
    ['https://11.1.2.3/', '10.0.0.0/8'],
    ['https://210.1.2.3/', '10.1.2.3'],
    ['https://10.1.2.3/', '10.0.0.0/99'],
    ['https://intra.test:8443/', 'intra.test:443'],
    ['https://intra.test/', ''],
    ['https://intra.test/', '.'],
  ] as const)
    assert.equal(through(url, entry), true, `${url} ${entry}`);
});

test('a user and a password become one header value', () => {
  assert.equal(basicAuthorization('gate', 'way'), 'Basic Z2F0ZTp3YXk=');
});
