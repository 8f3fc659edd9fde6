/**
 * The service accounts of gatebook.yaml: what must hold for them, and what they prove themselves with at the token endpoint,
 * read and tried before anything is served. A complaint never says what is in a file.
 */
import { createPublicKey } from 'node:crypto';
import type { KeyObject, webcrypto } from 'node:crypto';
import { resolve } from 'node:path';
import { accountEndMs } from '#accounts/service-account.ts';
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { rawEntries, rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { resolveSecret } from '#config/secrets.ts';
import type { Secret, SecretSource } from '#config/secrets.ts';
import { LIMITS } from '#limits.ts';

type PublicJwk = webcrypto.JsonWebKey;

/** By name of the account; without an entry it has no client credentials. */
export type ResolvedAccounts = {
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly publicKeys: ReadonlyMap<string, readonly PublicJwk[]>;
};

/** What the command line signs in as. */
const OWN_CLIENT = 'gatebook-cli';

/** A date that is one; others are the schema's complaint. */
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function checkServiceAccounts(raw: RawMap): Complaint[] {
  const accounts = rawEntries(raw['serviceAccounts']);
  const issuers = Object.keys(rawMap(raw['issuers']));
  const connections = Object.keys(rawMap(raw['connections']));
  const known = Object.keys(rawMap(rawMap(rawMap(raw['signIn'])['clients'])['known']));
  return accounts.flatMap(([name, account]) => {
    const path = ['serviceAccounts', name];
    const owner = rawText(account['owner']) ?? '';
    const namespace = owner.slice(0, Math.max(0, owner.indexOf(':')));
    return [
      ...(namespace === '' || issuers.includes(namespace)
        ? []
        : [
            {
              path: [...path, 'owner'],
              message: `there is no issuer "${namespace}"`,
              fix: 'name a person who can sign in: <issuer>:<subject>',
            },
          ]),
      ...rawTexts(account['connections']).flatMap(([index, connection]) =>
        connection === '*' || connections.includes(connection)
          ? []
          : [
              {
                path: [...path, 'connections', index],
                message: `there is no connection "${connection}"`,
                fix: 'name one under `connections`, or *',
              },
            ],
      ),
      ...(account['secret'] !== undefined && account['publicKeys'] !== undefined
        ? [
            {
              path: [...path, 'secret'],
              atKey: true,
              message: 'stands beside `publicKeys`: whoever has the weaker of the two is the account',
              fix: 'keep one of them',
            } as const,
          ]
        : []),
      ...(name === OWN_CLIENT
        ? [{ path, atKey: true, message: 'is the name of Gatebook’s own command line', fix: 'rename it' } as const]
        : []),
      ...(known.includes(name)
        ? [{ path, atKey: true, message: 'is also a client under `signIn.clients.known`', fix: 'rename one' } as const]
        : []),
    ];
  });
}

/** @param nowMs Unix milliseconds; without it nothing is said about what is over. */
export function serviceAccountWarnings(raw: RawMap, nowMs: number | undefined): Complaint[] {
  return rawEntries(raw['serviceAccounts']).flatMap(([name, account]): Complaint[] => {
    const path = ['serviceAccounts', name];
    const until = rawText(account['until']);
    const isOver = until !== undefined && DATE.test(until) && nowMs !== undefined && accountEndMs({ until }) <= nowMs;
    const credential = ['secret', 'publicKeys'].find((key) => account[key] !== undefined);
    return [
      ...(isOver
        ? [
            {
              path: [...path, 'until'],
              message: 'is in the past: the account and its keys are refused',
              fix: 'remove the account, or have its owner say until when it goes on',
            },
          ]
        : []),
      ...(credential !== undefined && raw['signIn'] === undefined
        ? [
            {
              path: [...path, credential],
              atKey: true,
              message: 'is for the token endpoint, which is off without `signIn`',
              fix: 'add `signIn: {}`, or give the account API keys instead',
            } as const,
          ]
        : []),
    ];
  });
}

/** Of a configuration that may be invalid in other ways too. */
export function resolveServiceAccounts(
  raw: RawMap,
  source: SecretSource,
): { readonly resolved: ResolvedAccounts; readonly complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const secrets = new Map<string, Secret>();
  const publicKeys = new Map<string, readonly PublicJwk[]>();
  for (const [name, account] of rawEntries(raw['serviceAccounts'])) {
    const path = ['serviceAccounts', name];
    const reference = rawText(account['secret']);
    const secret = reference === undefined || reference === '' ? undefined : resolveSecret(reference, source);
    if (secret?.ok === false) complaints.push({ path: [...path, 'secret'], ...secret.error });
    if (secret?.ok === true) {
      if (secret.value.reveal().length < LIMITS.clientSecretCharsMin)
        complaints.push({
          path: [...path, 'secret'],
          message: `is shorter than ${LIMITS.clientSecretCharsMin} characters`,
          fix: 'make one that cannot be guessed: openssl rand -base64 32',
        });
      secrets.set(name, secret.value);
    }
    const keys = filesAt(account['publicKeys'], [...path, 'publicKeys']).flatMap(([at, file]) =>
      readKeys(resolve(source.folder, file), at, source, complaints),
    );
    if (keys.length > LIMITS.clientKeys)
      complaints.push({
        path: [...path, 'publicKeys'],
        message: `holds more than ${LIMITS.clientKeys} keys`,
        fix: 'keep those in use: two are enough to exchange one',
      });
    if (keys.length > 0) publicKeys.set(name, keys);
  }
  return { resolved: { secrets, publicKeys }, complaints };
}

/** Paths of a value that is one or a list of them, each with its place in the file. */
function filesAt(value: unknown, path: ConfigPath): readonly (readonly [path: ConfigPath, file: string])[] {
  const one = rawText(value);
  if (one !== undefined) return [[path, one]];
  return rawTexts(value).map(([index, file]) => [[...path, index], file] as const);
}

const PUBLIC_KEY = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

function readKeys(file: string, path: ConfigPath, source: SecretSource, complaints: Complaint[]): PublicJwk[] {
  let text: string;
  try {
    text = source.readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    complaints.push({
      path,
      message: `file ${file} cannot be read (${code})`,
      fix: 'check the path and the permissions of the file',
    });
    return [];
  }
  // The half that the account signs with has no business here: whoever reads this file could be the account.
  const fault = text.includes('PRIVATE KEY') ? 'holds a private key' : undefined;
  const found = fault === undefined ? (text.match(PUBLIC_KEY) ?? []) : [];
  const keys = found.flatMap((pem) => keyOf(pem) ?? []);
  if (fault === undefined && found.length > 0 && keys.length === found.length) return keys;
  complaints.push({
    path,
    message: `file ${file} ${fault ?? (found.length === 0 ? 'holds no public key in PEM' : 'holds a key that is not taken')}`,
    fix: 'name a file with the public half alone: RSA of 2048 bits and more, P-256 or Ed25519',
  });
  return [];
}

/** Undefined for what is no key, or too weak a one. */
function keyOf(pem: string): PublicJwk | undefined {
  try {
    const key = createPublicKey(pem);
    return isStrong(key) ? key.export({ format: 'jwk' }) : undefined;
  } catch {
    return undefined;
  }
}

function isStrong({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (type === 'ed25519') return true;
  if (type === 'ec') return details?.namedCurve === 'prime256v1';
  const bits = details?.modulusLength ?? 0;
  return type === 'rsa' && bits >= LIMITS.rsaModulusBitsMin && bits <= LIMITS.rsaModulusBitsMax;
}
