import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedHostsOf, hostnameOf, isAskedForHere } from '#gateway/host.ts';

const LOCAL = { isLoopback: true, listenHost: '127.0.0.1', publicUrl: 'https://mcp.example.com', listed: undefined };
const asks = (
  host: string | readonly string[] | undefined,
  server: Partial<Parameters<typeof allowedHostsOf>[0]> = {},
) =>
  isAskedForHere(new Map(host === undefined ? [] : [['host', [host].flat()]]), allowedHostsOf({ ...LOCAL, ...server }));

test('on loopback a gateway is asked for by a loopback name, its public one or one that is listed', () => {
  for (const host of [
    'localhost',
    'LOCALHOST:8420',
    '127.0.0.1:1',
    '[::1]:8420',
    'mcp.example.com',
    'mcp.example.com:443',
  ])
    assert.equal(asks(host), true, host);
  for (const host of [
    'evil.example.com',
    'evil.example.com:8420',
    'localhost.evil.example',
    'mcp.example.com.evil.example',
    'localhost:8420@evil.example',
    'evil.example/localhost',
    'localhost.',
    '127.0.0.1.nip.io',
    '0.0.0.0:8420',
    '',
    ' localhost',
    'localhost:',
    'localhost:123456',
  ])
    assert.equal(asks(host), false, host);
  assert.equal(asks('gate.internal:8420', { listed: ['Gate.internal'] }), true);
  assert.equal(asks(['localhost', 'evil.example']), false);
  assert.equal(asks(undefined), true);
});

test('beyond loopback any name will do until some are listed', () => {
  const beyond = { isLoopback: false, listenHost: '10.0.0.7' };
  assert.equal(asks('pod-7.cluster.local', beyond), true);
  assert.equal(asks('pod-7.cluster.local', { ...beyond, listed: [] }), false);
  for (const host of ['10.0.0.7:8420', 'mcp.example.com'])
    assert.equal(asks(host, { ...beyond, listed: [] }), true, host);
  assert.equal(asks('localhost', { ...beyond, listed: [] }), false);
  assert.equal(asks('[fd00::7]:8420', { isLoopback: false, listenHost: 'fd00::7', listed: [] }), true);
});

test('a host is its name in lower case, without port, or nothing', () => {
  assert.equal(hostnameOf('A.Example:80'), 'a.example');
  assert.equal(hostnameOf('[FD00::1]:80'), '[fd00::1]');
  assert.equal(hostnameOf('a b'), undefined);
  assert.equal(hostnameOf('[::1'), undefined);
});
