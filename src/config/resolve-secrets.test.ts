import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText } from '#config/problem.ts';
import { resolveSecrets } from '#config/resolve-secrets.ts';

const resolve = (raw: Record<string, unknown>, env: Record<string, string> = {}) =>
  resolveSecrets(raw, {
    env,
    folder: '/etc',
    readFile: () => {
      throw new Error('no files here');
    },
  });

test('every secret in clear, wherever one can stand, is found and never repeated', () => {
  const { complaints } = resolve({
    keys: { master: 'hunter2' },
    connections: {
      a: { credential: { type: 'header', name: 'X-Key', secret: 'hunter2' } },
      b: {
        upstream: {
          type: 'stdio',
          env: { API_TOKEN: 'hunter2', LANG: 'C' },
          args: ['-v', '--api-key=hunter2', '--token', '--name=x'],
        },
      },
    },
  });
  assert.deepEqual(
    complaints.map(({ path }) => pathText(path)),
    [
      'keys.master',
      'connections.a.credential.secret',
      'connections.b.upstream.args[1]',
      'connections.b.upstream.env.API_TOKEN',
    ],
  );
  assert.doesNotMatch(JSON.stringify(complaints), /hunter2/);
});

test('a secret that no header can carry is refused, except for basic, which encodes', () => {
  const of = (type: string, secret: string) =>
    resolve({ connections: { a: { credential: { type, secret: 'env:S' } } } }, { S: secret }).complaints.length;
  for (const secret of ['a\nb', ' a', 'a ', 'ü', 'a\u0000'])
    assert.equal(of('bearer', secret), 1, JSON.stringify(secret));
  assert.equal(of('bearer', 'a-b._~+/9=='), 0);
  assert.equal(of('bearer', 'a b'), 1);
  assert.equal(of('basic', 'pä ss'), 0);
});

test('a credential that its header cannot carry is found at load, as a reload has to', () => {
  const found = resolve(
    {
      connections: {
        a: { credential: { type: 'bearer', secret: 'env:SPACED' } },
        b: { credential: { type: 'header', name: 'X-Key', secret: 'env:SPACED' } },
        c: { credential: { type: 'header', name: 'Content-Length', secret: 'env:SPACED' } },
        d: { credential: { type: 'basic', username: 'gate', secret: 'env:SPACED' } },
        e: { credential: { type: 'other', secret: 'env:SPACED' } },
      },
    },
    { SPACED: 'hunter2 hunter2' },
  );
  assert.deepEqual(
    found.complaints.map(({ path }) => pathText(path)),
    ['connections.a.credential.secret', 'connections.c.credential'],
  );
  assert.doesNotMatch(JSON.stringify(found.complaints), /hunter2/);
});
