import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkNetwork, isCidr, isLoopbackHost, isSecretName, parseListen } from '#config/network-rules.ts';
import { pathText } from '#config/problem.ts';

const complaints = (raw: Record<string, unknown>): string[] =>
  checkNetwork(raw).map(({ path, message }) => `${pathText(path)} ${message}`);

test('a listen address is host:port or [v6]:port and nothing else', () => {
  assert.deepEqual(parseListen('127.0.0.1:8420'), { host: '127.0.0.1', port: 8420 });
  assert.deepEqual(parseListen('[::1]:0'), { host: '::1', port: 0 });
  for (const listen of [
    '8420',
    ':8420',
    '::1:8420',
    '[::x]:1',
    '127.0.0.1:65536',
    '127.0.0.1:',
    'a b:1',
    '[localhost]:1',
  ]) {
    assert.equal(parseListen(listen), undefined, listen);
  }
});

test('metrics have an address of their own, or none', () => {
  assert.deepEqual(complaints({ server: { listen: '127.0.0.1:1', metrics: { listen: '127.0.0.1:2' } } }), []);
  const same = 'server.metrics.listen is the address of the gateway itself';
  assert.deepEqual(complaints({ server: { listen: '127.0.0.1:1', metrics: { listen: '127.0.0.1:1' } } }), [same]);
  assert.deepEqual(complaints({ server: { metrics: { listen: '127.0.0.1:8420' } } }), [same]);
  assert.match(
    complaints({ server: { metrics: { listen: '127.0.0.1:70000' } } }).join(),
    /^server.metrics.listen is not/,
  );
});

test('only 127/8, ::1 and localhost are loopback', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost', 'LocalHost'])
    assert.ok(isLoopbackHost(host), host);
  for (const host of [
    '0.0.0.0',
    '::',
    '128.0.0.1',
    '127.0.0.1.example.com',
    'localhost.example.com',
    '::ffff:10.0.0.1',
    '',
  ]) {
    assert.ok(!isLoopbackHost(host), host);
  }
});

test('beyond loopback the gateway listens only with TLS or behind a named proxy', () => {
  const publicUrl = 'https://mcp.example.com';
  for (const listen of ['0.0.0.0:8420', '[::]:8420', 'gateway.internal:8420', '192.0.2.1:1']) {
    assert.match(complaints({ server: { listen, publicUrl } }).join(), /without encryption/, listen);
    assert.deepEqual(complaints({ server: { listen, publicUrl, trustedProxies: ['10.0.0.0/8'] } }), []);
    assert.match(complaints({ server: { listen, publicUrl, trustedProxies: [] } }).join(), /without encryption/);
  }
});

test('the public URL is an https origin, and needed where clients cannot guess it', () => {
  for (const publicUrl of [
    'http://mcp.example.com',
    'https://mcp.example.com/gw',
    'https://mcp.example.com?x=1',
    'ftp://mcp.example.com',
    'https://u:p@mcp.example.com',
  ]) {
    assert.equal(complaints({ server: { publicUrl } }).length > 0, true, publicUrl);
  }
  assert.deepEqual(complaints({ server: { publicUrl: 'https://mcp.example.com/' } }), []);
  assert.deepEqual(complaints({ server: { publicUrl: 'http://127.0.0.1:8420' } }), []);
  assert.match(complaints({ server: { trustedProxies: ['10.0.0.1'] } }).join(), /publicUrl.*missing/);
});

test('an issuer is https, or http on loopback; no two share an issuer', () => {
  const one = (issuer: string) => complaints({ issuers: { a: { issuer } } });
  assert.deepEqual(one('https://acme.okta.com/oauth2/default'), []);
  assert.deepEqual(one('http://127.0.0.1:9000'), []);
  assert.match(one('http://acme.okta.com').join(), /beyond loopback/);
  assert.match(one('https://acme.okta.com?x=1').join(), /query/);
  assert.match(
    complaints({ issuers: { a: { jwksUri: 'http://keys.example.com' } } }).join(),
    /issuers\.a\.jwksUri .*beyond loopback/,
  );
  assert.match(
    complaints({ issuers: { a: { issuer: 'https://x' }, b: { issuer: 'https://x' } } }).join(),
    /issuers\.b\.issuer is the issuer of "a" too/,
  );
});

test('no URL of an upstream carries a secret, and the complaint does not repeat it', () => {
  for (const url of [
    'https://u:hunter2@mcp.example.net/',
    'https://mcp.example.net/?api_key=hunter2',
    'https://mcp.example.net/?access_token=hunter2',
    'file:///hunter2',
  ]) {
    const found = complaints({ connections: { c: { upstream: { url } } } }).join();
    assert.match(found, /connections\.c\.upstream\.url/, url);
    assert.doesNotMatch(found, /hunter2/);
  }
});

test('a credential goes to another machine only over https', () => {
  const connection = (url: string, credential?: object) =>
    complaints({ connections: { c: { upstream: { type: 'http', url }, credential } } });
  const bearer = { type: 'bearer', secret: 'env:TOKEN' };
  assert.deepEqual(connection('http://10.0.0.1/mcp', bearer), [
    'connections.c.upstream.url would send the credential over the network in clear',
  ]);
  assert.deepEqual(connection('http://127.0.0.1:9000/mcp', bearer), []);
  assert.deepEqual(connection('https://10.0.0.1/mcp', bearer), []);
  assert.deepEqual(connection('http://10.0.0.1/mcp'), []);
});

test('proxies are addresses or CIDR ranges, allowed origins are origins', () => {
  for (const cidr of ['10.0.0.0/8', '192.0.2.1', '::1', '2001:db8::/32']) assert.ok(isCidr(cidr), cidr);
  for (const cidr of ['10.0.0.0/33', '10.0.0/8', '::/129', 'proxy.example.com', '10.0.0.0/', '10.0.0.0/8/8'])
    assert.ok(!isCidr(cidr), cidr);
  assert.match(complaints({ server: { allowedOrigins: ['https://a.example/'] } }).join(), /is not an origin/);
});

test('names that promise a secret are told from names that do not', () => {
  for (const name of [
    'GITHUB_TOKEN',
    'API_KEY',
    'apiKey',
    'dbPassword',
    'client-secret',
    'token',
    'AWS_SECRET_ACCESS_KEY',
  ])
    assert.ok(isSecretName(name), name);
  for (const name of ['PATH', 'LANG', 'KEYBOARD', 'TOKENIZER', 'MONKEY', 'page', 'PUBLIC_URL'])
    assert.ok(!isSecretName(name), name);
});
