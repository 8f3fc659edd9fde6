/**
 * The secrets of `approvals.notify`, and what must hold for the addresses notices go to: https, or http on loopback. A
 * complaint never repeats an address that is a secret.
 */
import { checkUrl, mustBeHttps } from '#config/network-rules.ts';
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { rawEntries, rawMap, rawText } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { looksLikeReference, resolveSecret, Secret } from '#config/secrets.ts';
import type { SecretSource } from '#config/secrets.ts';
import { readAuthorities } from '#config/tls-files.ts';

export type ResolvedNotify = {
  /** By name of the notifier, then by the key it stands under. */
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, Secret>>;
  /** PEM, by name of the notifier. */
  readonly authorities: ReadonlyMap<string, string>;
};

/** Where each kind has secrets. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  webhook: ['url', 'secret', 'previousSecret'],
  teams: ['url'],
  email: ['password'],
  slack: ['token', 'signingSecret'],
};

/** Of a configuration that may be invalid in other ways too. */
export function resolveNotify(
  raw: RawMap,
  source: SecretSource,
): { readonly resolved: ResolvedNotify; readonly complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const secrets = new Map<string, ReadonlyMap<string, Secret>>();
  const authorities = new Map<string, string>();
  for (const [name, one] of rawEntries(rawMap(raw['approvals'])['notify'])) {
    const path = ['approvals', 'notify', name];
    const type = rawText(one['type']) ?? '';
    const [place, at] = type === 'email' ? [rawMap(one['smtp']), [...path, 'smtp']] : [one, path];
    const found = new Map<string, Secret>();
    for (const key of Object.hasOwn(SECRETS, type) ? (SECRETS[type] ?? []) : []) {
      const value = rawText(place[key]);
      // Another shape than text is the schema's complaint.
      if (value === undefined || value === '') continue;
      const isClear = type === 'webhook' && key === 'url' && !looksLikeReference(value);
      const secret = isClear ? ({ ok: true, value: new Secret(value) } as const) : resolveSecret(value, source);
      if (!secret.ok) complaints.push({ path: [...at, key], ...secret.error });
      else {
        found.set(key, secret.value);
        complaints.push(...wrongSecret(key, secret.value, isClear, [...at, key]));
      }
    }
    secrets.set(name, found);
    const read = readAuthorities(rawMap(place['tls']), [...at, 'tls'], source);
    complaints.push(...read.complaints);
    if (read.ca !== undefined) authorities.set(name, read.ca);
    if (type === 'email') complaints.push(...checkLogin(place, at));
    const api = rawText(one['api']);
    if (type === 'slack' && api !== undefined) complaints.push(...checkApi(api, [...path, 'api']));
  }
  return { resolved: { secrets, authorities }, complaints };
}

/** Standard Webhooks: 24 to 64 bytes in Base64 after `whsec_`. */
function isSigningSecret(text: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (base64 === undefined) return false;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 && bytes.length >= 24 && bytes.length <= 64;
}

function wrongSecret(key: string, secret: Secret, isClear: boolean, path: ConfigPath): Complaint[] {
  const text = secret.reveal();
  if (key === 'url') return isClear ? checkClearUrl(text, path) : checkSecretUrl(text, path);
  if ((key === 'secret' || key === 'previousSecret') && !isSigningSecret(text))
    return [
      {
        path,
        message: 'does not resolve to a signing secret: whsec_ and 24 to 64 bytes in Base64',
        fix: 'make one: echo "whsec_$(openssl rand -base64 32)"',
      },
    ];
  // It goes into a header.
  if (key === 'token' && !/^[\x21-\x7e]+$/.test(text))
    return [{ path, message: 'does not resolve to a token', fix: 'copy it from the settings of the Slack app' }];
  return [];
}

const NO_URL = { message: 'is no absolute URL', fix: 'write https://…, or env:NAME or file:PATH' } as const;

function checkClearUrl(text: string, path: ConfigPath): Complaint[] {
  if (!URL.canParse(text)) return [{ path, ...NO_URL }];
  return [...checkUrl(text, path, ['https:', 'http:']), ...mustBeHttps(new URL(text), path)];
}

function checkSecretUrl(text: string, path: ConfigPath): Complaint[] {
  if (!URL.canParse(text)) return [{ path, message: 'does not resolve to a URL', fix: 'put the whole URL there' }];
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return [{ path, message: 'does not resolve to an https: URL', fix: 'use https:' }];
  if (url.username !== '' || url.password !== '')
    return [{ path, message: 'resolves to a URL with a user name or password', fix: 'remove them' }];
  return mustBeHttps(url, path);
}

function checkApi(text: string, path: ConfigPath): Complaint[] {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  const complaints = [...checkUrl(text, path, ['https:', 'http:']), ...mustBeHttps(url, path)];
  if (complaints.length === 0 && (!url.pathname.endsWith('/') || url.search !== '' || url.hash !== ''))
    complaints.push({ path, message: 'does not end with a slash', fix: 'write https://slack.com/api/' });
  return complaints;
}

function checkLogin(smtp: RawMap, path: ConfigPath): Complaint[] {
  const complaints: Complaint[] = [];
  for (const [one, other] of [
    ['username', 'password'],
    ['password', 'username'],
  ] as const)
    if (smtp[one] !== undefined && smtp[other] === undefined)
      complaints.push({ path: [...path, one], atKey: true, message: `needs \`${other}\``, fix: 'name both' });
  return complaints;
}
