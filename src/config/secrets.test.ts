import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect, format } from 'node:util';
import { resolveSecret, Secret } from '#config/secrets.ts';
import type { SecretSource } from '#config/secrets.ts';

const source = (files: Record<string, string> = {}, env: Record<string, string> = {}): SecretSource => ({
  env,
  folder: '/etc/gatebook',
  readFile: (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  },
});

test('a secret shows itself to nobody who prints, joins, serialises or inspects it', () => {
  const secret = new Secret('hunter2');
  const shown = [
    String(secret),
    String([secret]),
    '' + secret,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
    format('%s %o %O %j', secret, secret, secret, secret),
    Object.entries(secret).join(),
    JSON.stringify(structuredCloneOrNothing(secret)),
  ];
  for (const text of shown) assert.doesNotMatch(text, /hunter2/);
  assert.equal(secret.reveal(), 'hunter2');
  assert.equal(inspect(secret), '[secret]');
  assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}');
});

function structuredCloneOrNothing(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return null;
  }
}

test('a reference resolves from the environment and from a file beside the configuration, without its last line ending', () => {
  const from = source({ '/etc/gatebook/keys/a': 'file value\r\n', '/run/b': 'absolute' }, { TOKEN: 'env value\n' });
  const reveal = (reference: string): string => {
    const secret = resolveSecret(reference, from);
    assert.ok(secret.ok);
    return secret.value.reveal();
  };
  assert.equal(reveal('env:TOKEN'), 'env value');
  assert.equal(reveal('file:keys/a'), 'file value');
  assert.equal(reveal('file:/run/b'), 'absolute');
});

test('a missing, empty or huge secret is refused with its place and without its value', () => {
  const from = source({ '/etc/gatebook/empty': '\n', '/etc/gatebook/huge': 'x'.repeat(100_000) }, { EMPTY: '' });
  for (const [reference, expected] of [
    ['env:GONE', /variable GONE is not set/],
    ['env:EMPTY', /empty/],
    ['env:not a name', /name of an environment variable/],
    ['file:gone', /cannot be read \(ENOENT\)/],
    ['file:empty', /empty/],
    ['file:huge', /larger than/],
    ['file:', /names no file/],
  ] as const) {
    const secret = resolveSecret(reference, from);
    assert.ok(!secret.ok, reference);
    assert.match(secret.error.message, expected);
  }
});

test('a secret in clear is refused, is not repeated, and the refusal says how to write it', () => {
  const secret = resolveSecret('ghp_0123456789', source());
  assert.ok(!secret.ok);
  assert.doesNotMatch(JSON.stringify(secret.error), /ghp_/);
  assert.match(secret.error.fix, /env:NAME or file:PATH/);
});
