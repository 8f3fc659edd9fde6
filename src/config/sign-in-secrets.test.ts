import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { it } from 'node:test';
import { resolveSignIn } from '#config/sign-in-secrets.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const PEM = privateKey.export({ format: 'pem', type: 'pkcs8' }).trim();
const source = {
  env: { ISSUER_SECRET: 'one', ISSUER_KEY: PEM, CLIENT_SECRET: 'three' },
  readFile: (): string => {
    throw new Error('no file');
  },
  folder: '/etc/gatebook',
};
const raw = (secret: string) => ({
  issuers: {
    okta: { signIn: { clientId: 'gatebook', clientSecret: 'env:ISSUER_SECRET', clientKey: 'env:ISSUER_KEY' } },
    public: { signIn: { clientId: 'gatebook' } },
    direct: {},
  },
  signIn: { clients: { known: { portal: { secret }, app: {} } } },
});

it('each secret of signing in is found under the name it belongs to', () => {
  const { resolved, complaints } = resolveSignIn(raw('env:CLIENT_SECRET'), source);
  const revealed = [resolved.issuerSecrets, resolved.issuerKeys, resolved.clientSecrets].map((secrets) =>
    [...secrets].map(([name, secret]) => [name, secret.reveal()]),
  );
  assert.deepEqual(revealed, [[['okta', 'one']], [['okta', PEM]], [['portal', 'three']]]);
  assert.deepEqual(complaints, []);
});

it('one that cannot be resolved is a complaint at its place, which does not repeat it', () => {
  const { complaints } = resolveSignIn(raw('env:MISSING'), source);
  assert.deepEqual(
    complaints.map(({ path }) => path),
    [['signIn', 'clients', 'known', 'portal', 'secret']],
  );
  const inClear = resolveSignIn(raw('hunter2hunter2'), source).complaints;
  assert.equal(inClear.length, 1);
  assert.equal(JSON.stringify(inClear).includes('hunter2'), false);
});

it('what is no private key is a complaint at its place, which does not repeat it', () => {
  const broken = { ...source, env: { ...source.env, ISSUER_KEY: 'hunter2hunter2' } };
  const { complaints } = resolveSignIn(raw('env:CLIENT_SECRET'), broken);
  assert.deepEqual(
    complaints.map(({ path }) => path),
    [['issuers', 'okta', 'signIn', 'clientKey']],
  );
  assert.equal(JSON.stringify(complaints).includes('hunter2'), false);
});
