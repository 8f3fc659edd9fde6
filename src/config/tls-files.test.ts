import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText } from '#config/problem.ts';
import { peerText, resolveTls } from '#config/tls-files.ts';
import { createTestAuthority } from '#test/fakes/certificates.ts';

const authority = createTestAuthority();
const first = authority.issue(['gateway.test']);
const second = authority.issue(['other.test']);
const FILES: Readonly<Record<string, string>> = {
  '/etc/gatebook/first.crt': first.cert,
  '/etc/gatebook/first.key': first.key,
  '/etc/gatebook/second.crt': second.cert,
  '/etc/gatebook/second.key': second.key,
  '/etc/gatebook/ca.crt': authority.ca,
  '/etc/gatebook/text': 'no certificate, but a-secret-word',
};
const source = {
  env: { KEY: first.key },
  folder: '/etc/gatebook',
  readFile: (path: string) => {
    const text = FILES[path];
    if (text === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' });
    return text;
  },
};

const server = (cert: unknown, key: unknown) => resolveTls({ server: { tls: { cert, key } } }, source);
const told = ({ complaints }: ReturnType<typeof resolveTls>): readonly string[] =>
  complaints.map(({ path, message }) => `${pathText(path)} ${message}`);

test('a certificate with its key is read, from a file or a variable, with a chain in one file or in several', () => {
  for (const [cert, key] of [
    ['first.crt', 'file:first.key'],
    ['first.crt', 'env:KEY'],
    [['first.crt', 'ca.crt'], 'file:first.key'],
  ]) {
    const found = server(cert, key);
    assert.deepEqual(told(found), []);
    assert.ok((found.resolved.server?.expiresAtMs ?? 0) > Date.now());
  }
  const chain = server(['first.crt', 'ca.crt'], 'file:first.key').resolved.server?.cert ?? '';
  assert.equal(chain.match(/BEGIN CERTIFICATE/g)?.length, 2);
});

test('what cannot work is refused before anything is served with it, by path, and nothing of the files is told', () => {
  for (const [cert, key, expected] of [
    ['first.crt', 'file:second.key', /^server\.tls\.key does not work with the certificate \(ERR_\w+\)$/],
    ['first.crt', 'file:text', /^server\.tls\.key does not work with the certificate/],
    ['first.crt', 'file:missing', /^server\.tls\.key file .*missing cannot be read \(ENOENT\)/],
    ['missing.crt', 'file:first.key', /^server\.tls\.cert file .*missing\.crt cannot be read \(ENOENT\)/],
    ['text', 'file:first.key', /^server\.tls\.cert file .*text holds no certificate in PEM/],
    [['first.crt', 'text'], 'file:first.key', /^server\.tls\.cert\[1\] file .*text holds no certificate/],
    ['first.key', 'file:first.key', /^server\.tls\.cert file .* holds no certificate/],
    ['first.crt', first.key, /^server\.tls\.key holds a secret in clear/],
  ] as const) {
    const lines = told(server(cert, key));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', expected);
    assert.doesNotMatch(lines.join(), /a-secret-word|PRIVATE/);
  }
});

test('an authority, a name and a certificate of its own can be given for a server of others, by https only', () => {
  const { resolved, complaints } = resolveTls(
    {
      connections: {
        a: {
          upstream: {
            url: 'https://a.test/mcp',
            tls: { ca: 'ca.crt', cert: 'first.crt', key: 'file:first.key', serverName: 'b.test' },
          },
        },
        b: { upstream: { url: 'https://b.test/mcp' } },
      },
      issuers: { idp: { issuer: 'https://idp.test', tls: { ca: ['ca.crt'] } } },
    },
    source,
  );
  assert.deepEqual(complaints, []);
  const a = resolved.connections.get('a');
  assert.deepEqual(
    [a?.serverName, a?.pair?.key.reveal(), resolved.connections.has('b')],
    ['b.test', first.key.trim(), false],
  );
  assert.match(resolved.issuers.get('idp')?.ca ?? '', /BEGIN CERTIFICATE/);
  assert.notEqual(peerText(a), peerText(resolved.issuers.get('idp')));
  const half = resolveTls(
    {
      connections: {
        a: { upstream: { url: 'http://127.0.0.1:1/mcp', tls: { cert: 'first.crt' } } },
        b: { upstream: { url: 'https://b.test/mcp', tls: { key: 'file:first.key' } } },
      },
    },
    source,
  );
  assert.deepEqual(told(half), [
    'connections.a.upstream.tls.cert needs `key`',
    'connections.a.upstream.tls belongs to an https: URL',
    'connections.b.upstream.tls.key needs `cert`',
  ]);
});
