import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { loadConfig } from '#config/load.ts';
import { pathText } from '#config/problem.ts';
import { checkServiceAccounts, resolveServiceAccounts, serviceAccountWarnings } from '#config/service-accounts.ts';

const ACCOUNT = { owner: 'okta:ann', purpose: 'deploys' };
const BASE = { issuers: { okta: {} }, connections: { github: {} } };
const complaints = (serviceAccounts: object, more: object = {}): string[] =>
  checkServiceAccounts({ ...BASE, ...more, serviceAccounts }).map(
    ({ path, message }) => `${pathText(path)} ${message}`,
  );

test('an account has an owner at a configured issuer, and connections that are there', () => {
  assert.deepEqual(complaints({ a: { ...ACCOUNT, connections: ['*', 'github'] } }), []);
  assert.deepEqual(complaints({ a: { owner: 'entra:ann', connections: ['github', 'gone'] } }), [
    'serviceAccounts.a.owner there is no issuer "entra"',
    'serviceAccounts.a.connections[1] there is no connection "gone"',
  ]);
  assert.match(complaints({ a: { owner: 'gatebook:b' } }).join(), /no issuer "gatebook"/);
});

test('an account proves itself in one way, and is not called like a known client', () => {
  assert.match(complaints({ a: { ...ACCOUNT, secret: 'env:S', publicKeys: 'a.pem' } }).join(), /beside `publicKeys`/);
  assert.match(complaints({ a: ACCOUNT }, { signIn: { clients: { known: { a: {} } } } }).join(), /also a client/);
  assert.match(complaints({ 'gatebook-cli': ACCOUNT }).join(), /own command line/);
});

test('what is over is warned about from the first instant after the last day', () => {
  const warned = (until: string, now: string, more: object = {}) =>
    serviceAccountWarnings({ ...BASE, ...more, serviceAccounts: { a: { ...ACCOUNT, until } } }, Date.parse(now)).map(
      ({ path }) => pathText(path),
    );
  assert.deepEqual(warned('2027-06-30', '2027-06-30T23:59:59.999Z'), []);
  assert.deepEqual(warned('2027-06-30', '2027-07-01T00:00:00Z'), ['serviceAccounts.a.until']);
  assert.deepEqual(warned('soon', '2027-07-01T00:00:00Z'), []);
});

test('client credentials without the token endpoint warn', () => {
  const warned = (more: object) =>
    serviceAccountWarnings({ ...BASE, ...more, serviceAccounts: { a: { ...ACCOUNT, secret: 'env:S' } } }, undefined);
  assert.deepEqual(
    warned({}).map(({ path }) => pathText(path)),
    ['serviceAccounts.a.secret'],
  );
  assert.deepEqual(warned({ signIn: {} }), []);
});

const pem = (key: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer }): string =>
  key.export({ type: 'spki', format: 'pem' }).toString();
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const files: Readonly<Record<string, string>> = {
  '/x/ec.pem': pem(ec.publicKey),
  '/x/two.pem':
    pem(generateKeyPairSync('ed25519').publicKey) + pem(generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey),
  '/x/weak.pem': pem(generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey),
  '/x/curve.pem': pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey),
  '/x/private.pem': `${ec.privateKey.export({ type: 'pkcs8', format: 'pem' })}${pem(ec.publicKey)}`,
  '/x/large.pem': pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey),
  '/x/none.pem': 'nothing',
  '/x/broken.pem': '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
};
const resolved = (account: object) =>
  resolveServiceAccounts(
    { serviceAccounts: { a: { ...ACCOUNT, ...account } } },
    {
      env: { LONG: 'x'.repeat(32), SHORT: 'x'.repeat(31) },
      readFile: (path) => {
        const text = files[path];
        if (text === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
        return text;
      },
      folder: '/x',
    },
  );

test('public keys are read from one file or several, and only the strong public halves are taken', () => {
  const one = resolved({ publicKeys: 'ec.pem' });
  assert.deepEqual(one.complaints, []);
  assert.equal(one.resolved.publicKeys.get('a')?.[0]?.crv, 'P-256');
  const several = resolved({ publicKeys: ['ec.pem', 'two.pem'] });
  assert.deepEqual(
    several.resolved.publicKeys.get('a')?.map(({ kty }) => kty),
    ['EC', 'OKP', 'RSA'],
  );
  for (const [file, message] of [
    ['weak.pem', /not taken/],
    ['curve.pem', /not taken/],
    ['large.pem', /not taken/],
    ['broken.pem', /not taken/],
    ['none.pem', /no public key/],
    ['private.pem', /private key/],
    ['gone.pem', /ENOENT/],
  ] as const) {
    const bad = resolved({ publicKeys: ['ec.pem', file] });
    assert.deepEqual(
      bad.complaints.map(({ path }) => pathText(path)),
      ['serviceAccounts.a.publicKeys[1]'],
    );
    assert.match(bad.complaints[0]?.message ?? '', message);
    for (const key of bad.resolved.publicKeys.get('a') ?? []) assert.equal(key.d, undefined);
  }
  assert.match(
    resolved({ publicKeys: Array.from({ length: 9 }, () => 'ec.pem') }).complaints[0]?.message ?? '',
    /more/,
  );
});

test('a secret comes by reference and cannot be guessed', () => {
  assert.equal(resolved({ secret: 'env:LONG' }).resolved.secrets.get('a')?.reveal(), 'x'.repeat(32));
  assert.match(resolved({ secret: 'env:SHORT' }).complaints[0]?.message ?? '', /shorter than 32/);
  assert.match(resolved({ secret: 'in the clear' }).complaints[0]?.message ?? '', /in clear/);
});

test('a configuration with accounts loads, knows them in grants by name, and names what is wrong with them', () => {
  const load = (text: string) =>
    loadConfig({
      file: '/x/gatebook.yaml',
      text: `version: 1
deployment: acme
issuers: { okta: { preset: okta, issuer: "https://acme.okta.com" } }
connections: { c: { upstream: { type: stdio, command: x } } }
levels: { read: { allow: ["*"] } }
${text}`,
      env: {},
      readFile: () => '',
      nowMs: Date.parse('2027-01-01T00:00:00Z'),
    });
  const good = load(
    'serviceAccounts: { bot: { owner: "okta:ann", purpose: p, until: 2026-12-30 } }\ngrants: [{ clients: ["gatebook:bot"], connections: ["*"], level: read }]\n',
  );
  assert.ok(good.ok, JSON.stringify(good));
  assert.ok(good.value.warnings.some(({ path }) => path === 'serviceAccounts.bot.until'));
  for (const [who, message] of [
    ['clients: ["gatebook:other"]', 'there is no service account "other"'],
    ['groups: ["gatebook:bot"]', 'there is no issuer "gatebook"'],
    ['subjects: ["gatebook:bot"]', 'there is no issuer "gatebook"'],
  ] as const) {
    const bad = load(
      `serviceAccounts: { bot: { owner: "okta:ann", purpose: p } }\ngrants: [{ ${who}, connections: ["*"], level: read }]\n`,
    );
    assert.ok(!bad.ok, who);
    assert.equal(bad.error[0]?.message, message);
  }
});
