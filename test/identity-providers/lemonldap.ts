/**
 * LemonLDAP::NG, an OpenID Connect provider nobody here wrote, from Debian's packages: its portal alone, on loopback, with
 * its demo people (dwho, rtyler, msmith; the password is the name), everything it writes in one temporary folder.
 */
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

export type LemonLdap = { readonly issuer: string };

export const LEMON_CLIENT = { id: 'gatebook', secret: 'lemon-secret' } as const;
export const LEMON_PERSON = { login: 'dwho', password: 'dwho', groups: ['timelords', 'users'] } as const;

const READY_MS_MAX = 20_000;
const MODULES = ['Plack', 'Lemonldap::NG::Portal', 'Crypt::OpenSSL::Bignum', 'String::Random', 'GD::SecurityImage'];

/** Why it cannot run on this machine, for a skip that everybody sees; undefined when it can. */
export function lemonLdapMissing(): string | undefined {
  const tried = spawnSync('perl', [...MODULES.map((name) => `-M${name}`), '-MImage::Magick', '-e', '1']);
  if (tried.status === 0) return undefined;
  return 'LemonLDAP::NG is not installed (apt-get install liblemonldap-ng-portal-perl and what .ci/run names with it)';
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

const files = (name: string, folder: string) => ({
  [`${name}Storage`]: 'Apache::Session::File',
  [`${name}StorageOptions`]: { Directory: folder, LockDirectory: join(folder, 'lock') },
});

function configuration(folder: string, issuer: string, redirectUris: readonly string[]): object {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const endpoints = {
    Authorize: 'authorize',
    Token: 'token',
    UserInfo: 'userinfo',
    JWKS: 'jwks',
    Registration: 'register',
    Introspection: 'introspect',
    EndSession: 'logout',
    CheckSession: 'checksession.html',
    FrontChannel: 'flogout',
    BackChannel: 'blogout',
  };
  return {
    cfgNum: 1,
    cfgAuthor: 'test',
    cfgDate: '1700000000',
    cfgVersion: '2.16.1',
    authentication: 'Demo',
    userDB: 'Same',
    passwordDB: 'Demo',
    registerDB: 'Null',
    cookieName: 'lemonldap',
    domain: '127.0.0.1',
    portal: `${issuer}/`,
    securedCookie: 0,
    requireToken: 0,
    key: 'only for this test',
    demoExportedVars: { cn: 'cn', mail: 'mail', uid: 'uid' },
    exportedVars: {},
    groups: {},
    macros: {},
    locationRules: { default: { default: 'deny' } },
    ...files('global', join(folder, 'sessions')),
    ...files('persistent', join(folder, 'persistent')),
    localSessionStorage: 'Cache::FileCache',
    localSessionStorageOptions: { cache_depth: 3, cache_root: join(folder, 'cache'), default_expires_in: 600 },
    issuerDBOpenIDConnectActivation: 1,
    issuerDBOpenIDConnectPath: '^/oauth2/',
    issuerDBOpenIDConnectRule: 1,
    oidcServiceMetaDataIssuer: issuer,
    ...Object.fromEntries(Object.entries(endpoints).map(([name, path]) => [`oidcServiceMetaData${name}URI`, path])),
    oidcServiceAllowAuthorizationCodeFlow: 1,
    oidcServiceKeyIdSig: 'sig1',
    oidcServicePrivateKeySig: keys.privateKey,
    oidcServicePublicKeySig: keys.publicKey,
    oidcServiceMetaDataAuthnContext: { 'loa-1': 1 },
    oidcRPMetaDataOptions: {
      gatebook: {
        oidcRPMetaDataOptionsClientID: LEMON_CLIENT.id,
        oidcRPMetaDataOptionsClientSecret: LEMON_CLIENT.secret,
        oidcRPMetaDataOptionsRedirectUris: redirectUris.join(' '),
        oidcRPMetaDataOptionsIDTokenSignAlg: 'RS256',
        oidcRPMetaDataOptionsBypassConsent: 1,
        oidcRPMetaDataOptionsRefreshToken: 1,
        oidcRPMetaDataOptionsIDTokenForceClaims: 1,
        oidcRPMetaDataOptionsUserIDAttr: 'uid',
      },
    },
    oidcRPMetaDataExportedVars: { gatebook: { name: 'cn', email: 'mail', groups: 'groups;string;always' } },
    oidcRPMetaDataOptionsExtraClaims: { gatebook: { groups: 'groups' } },
  };
}

const INI = (folder: string): string => `[all]
logLevel=error
checkTime=1
[configuration]
type=File
dirName=${join(folder, 'conf')}
localStorage=Cache::FileCache
localStorageOptions={'namespace'=>'conf','default_expires_in'=>600,'cache_root'=>'${join(folder, 'cache')}','cache_depth'=>3}
[portal]
staticPrefix=/static
templateDir=/usr/share/lemonldap-ng/portal/templates
languages=en
`;

/** Ends with the test. Resolves when it answers; rejects with what it said when it does not in time. `redirectUris`: of the gateway. */
export async function startLemonLdap(
  t: Pick<TestContext, 'after'>,
  redirectUris: readonly string[],
): Promise<LemonLdap> {
  const folder = temporaryDirectory(t);
  for (const name of ['conf', 'sessions/lock', 'persistent/lock', 'cache'])
    mkdirSync(join(folder, name), { recursive: true });
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  writeFileSync(join(folder, 'conf', 'lmConf-1.json'), JSON.stringify(configuration(folder, issuer, redirectUris)));
  writeFileSync(join(folder, 'lemonldap-ng.ini'), INI(folder));
  writeFileSync(join(folder, 'portal.psgi'), 'use Lemonldap::NG::Portal; Lemonldap::NG::Portal->run({});\n');
  const server = spawn('plackup', ['--host', '127.0.0.1', '--port', String(port), join(folder, 'portal.psgi')], {
    env: { ...process.env, LLNG_DEFAULTCONFFILE: join(folder, 'lemonldap-ng.ini') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4_000)));
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
  });
  t.after(async () => {
    server.kill('SIGTERM');
    await ended;
  });
  const deadline = AbortSignal.timeout(READY_MS_MAX);
  while (!deadline.aborted && server.exitCode === null) {
    const isReady = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: deadline }).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return { issuer };
    await new Promise((wake) => {
      setTimeout(wake, 50);
    });
  }
  throw new Error(`LemonLDAP::NG did not start: ${said}`);
}
