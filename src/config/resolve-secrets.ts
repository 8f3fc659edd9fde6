/**
 * Finds every secret of gatebook.yaml and resolves it: the master key, the credentials of connections, and what
 * references stand in the environment of stdio servers.
 */
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { isSecretName } from '#config/network-rules.ts';
import { rawEntries, rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { looksLikeReference, resolveSecret, Secret } from '#config/secrets.ts';
import type { SecretSource } from '#config/secrets.ts';
import { credentialHeaders } from '#upstream/credential.ts';
import type { Credential } from '#upstream/credential.ts';

export type ResolvedSecrets = {
  /** Undefined: none is configured, the ledger makes one beside the data. */
  readonly masterKey: Secret | undefined;
  /** What masking makes its tokens with after `k1`, by id: 32 bytes in base64. */
  readonly maskingKeys: ReadonlyMap<string, Secret>;
  /** The credential's secret, by connection. */
  readonly credentials: ReadonlyMap<string, Secret>;
  /** The whole environment configured for a stdio server, by connection: references resolved, plain values as they are. */
  readonly stdioEnv: ReadonlyMap<string, ReadonlyMap<string, Secret>>;
};

export function resolveSecrets(
  raw: RawMap,
  source: SecretSource,
): { readonly resolved: ResolvedSecrets; readonly complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const resolveAt = (value: unknown, path: ConfigPath): Secret | undefined => {
    const reference = rawText(value);
    // Another shape than text is the schema's complaint.
    if (reference === undefined || reference === '') return undefined;
    const secret = resolveSecret(reference, source);
    if (secret.ok) return secret.value;
    complaints.push({ path, ...secret.error });
    return undefined;
  };
  const masterKey = resolveAt(rawMap(raw['keys'])['master'], ['keys', 'master']);
  const maskingKeys = new Map<string, Secret>();
  for (const id of Object.keys(rawMap(rawMap(raw['keys'])['masking']))) {
    const path = ['keys', 'masking', id];
    const secret = resolveAt(rawMap(rawMap(raw['keys'])['masking'])[id], path);
    if (secret === undefined) continue;
    if (isKey(secret)) maskingKeys.set(id, secret);
    else
      complaints.push({
        path,
        message: 'does not resolve to 32 bytes in base64',
        fix: 'make one: openssl rand -base64 32',
      });
  }
  const credentials = new Map<string, Secret>();
  const stdioEnv = new Map<string, ReadonlyMap<string, Secret>>();
  for (const [name, connection] of rawEntries(raw['connections'])) {
    const path = ['connections', name];
    const credential = rawMap(connection['credential']);
    const secret = resolveAt(credential['secret'], [...path, 'credential', 'secret']);
    if (secret !== undefined) {
      credentials.set(name, secret);
      complaints.push(...unsendable(credential, secret, [...path, 'credential', 'secret']));
    }
    complaints.push(...clearArguments(rawMap(connection['upstream'])['args'], [...path, 'upstream', 'args']));
    const variables = new Map<string, Secret>();
    for (const [variable, value] of Object.entries(rawMap(rawMap(connection['upstream'])['env']))) {
      const text = rawText(value);
      if (text === undefined) continue;
      const resolved =
        looksLikeReference(text) || isSecretName(variable)
          ? resolveAt(text, [...path, 'upstream', 'env', variable])
          : new Secret(text);
      if (resolved !== undefined) variables.set(variable, resolved);
    }
    stdioEnv.set(name, variables);
  }
  return { resolved: { masterKey, maskingKeys, credentials, stdioEnv }, complaints };
}

const KEY_BYTES = 32;
const isKey = (secret: Secret): boolean => {
  const text = secret.reveal().trim();
  return /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').length === KEY_BYTES;
};

/** `--api-key=…`: everybody on the machine can read the arguments of a process. */
function clearArguments(args: unknown, path: ConfigPath): Complaint[] {
  return rawTexts(args).flatMap(([index, argument]) => {
    const flag = /^--?([\w-]+)=./.exec(argument)?.[1];
    if (flag === undefined || !isSecretName(flag)) return [];
    return [
      { path: [...path, index], message: `holds a secret in clear (--${flag})`, fix: 'pass it in `env`, by reference' },
    ];
  });
}

/** Asks what will make the header of it, so that the check at load and the use cannot disagree. */
function unsendable(config: RawMap, secret: Secret, path: ConfigPath): Complaint[] {
  const credential = credentialOf(config, secret);
  const headers = credential === undefined ? undefined : credentialHeaders(credential);
  if (headers === undefined || headers.ok) return [];
  if (headers.error.code !== 'header_value')
    return [{ path: path.slice(0, -1), message: headers.error.message, fix: 'take another' }];
  return [
    {
      path,
      message: `resolves to something that no HTTP header can carry: ${headers.error.message}`,
      fix: 'check for line breaks and other characters that do not belong to it',
    },
  ];
}

/** Undefined for another shape, which is the schema's complaint. */
function credentialOf({ type, username, name }: RawMap, secret: Secret): Credential | undefined {
  switch (type) {
    case 'bearer':
      return { type, secret };
    case 'basic':
      return typeof username === 'string' ? { type, username, secret } : undefined;
    case 'header':
      return typeof name === 'string' ? { type, name, secret } : undefined;
    default:
      return undefined;
  }
}
