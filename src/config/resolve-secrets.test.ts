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

test('a masking key that is none is refused where it is named, and never repeated', () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const { resolved, complaints } = resolve(
    {
      keys: {
        masking: {
          k2: 'env:GOOD',
          k3: 'env:SHORT',
          k4: 'env:WORDS',
          k5: 'env:ABSENT',
          k6: key,
          k7: 'env:LONG',
          k8: 5,
        },
      },
    },
    {
      GOOD: `${key}\n`,
      SHORT: Buffer.alloc(31, 7).toString('base64'),
      WORDS: 'hunter2 hunter2 hunter2 hunter2 ',
      LONG: Buffer.alloc(33, 7).toString('base64'),
    },
  );
  assert.deepEqual([...resolved.maskingKeys.keys()], ['k2']);
  assert.deepEqual(
    complaints.map(({ path, message }) => [pathText(path), message.includes('32 bytes in base64')]),
    [
      ['keys.masking.k3', true],
      ['keys.masking.k4', true],
      ['keys.masking.k5', false],
      ['keys.masking.k6', false],
      ['keys.masking.k7', true],
    ],
  );
  for (const told of [key, 'hunter2', Buffer.alloc(31, 7).toString('base64')])
    assert.equal(JSON.stringify(complaints).includes(told), false);
});
