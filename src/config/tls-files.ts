/**
 * Certificates, their keys and certificate authorities that gatebook.yaml names: read, and tried before anything is
 * served with them. A complaint names the path, never what is in the file.
 */
import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { rawEntries, rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { resolveSecret } from '#config/secrets.ts';
import type { Secret, SecretSource } from '#config/secrets.ts';

/** PEM. */
export type KeyPair = {
  /** The certificate, then those that lead to its authority. */
  readonly cert: string;
  readonly key: Secret;
  /** When the first certificate of the chain to end ends, Unix milliseconds. */
  readonly expiresAtMs: number;
};

/** How a server of others is met. Verification cannot be switched off. */
export type PeerTls = {
  /** PEM of authorities trusted instead of Node's own list. */
  readonly ca: string | undefined;
  /** What the gateway shows of itself. */
  readonly pair: KeyPair | undefined;
  /** Name to ask for and to find in the certificate, when it is not the URL's. */
  readonly serverName: string | undefined;
};

export type ResolvedTls = {
  /** Undefined: the gateway serves in clear. */
  readonly server: KeyPair | undefined;
  readonly connections: ReadonlyMap<string, PeerTls>;
  readonly issuers: ReadonlyMap<string, PeerTls>;
};

type Found = { readonly complaints: Complaint[]; readonly source: SecretSource };

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Paths of a value that is one or a list of them, each with its place in the file. */
function pathsAt(value: unknown, path: ConfigPath): readonly (readonly [path: ConfigPath, file: string])[] {
  const one = rawText(value);
  if (one !== undefined) return [[path, one]];
  return rawTexts(value).map(([index, file]) => [[...path, index], file] as const);
}

function readCertificates(value: unknown, path: ConfigPath, { complaints, source }: Found): X509Certificate[] {
  const certificates: X509Certificate[] = [];
  for (const [at, file] of pathsAt(value, path)) {
    const absolute = resolve(source.folder, file);
    let text: string;
    try {
      text = source.readFile(absolute);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
      complaints.push({
        path: at,
        message: `file ${absolute} cannot be read (${code})`,
        fix: 'check the path and the permissions of the file',
      });
      continue;
    }
    try {
      const blocks = text.match(PEM_CERTIFICATE) ?? [];
      if (blocks.length === 0) throw new Error('no certificate');
      certificates.push(...blocks.map((block) => new X509Certificate(block)));
    } catch {
      complaints.push({ path: at, message: `file ${absolute} holds no certificate in PEM`, fix: 'name a PEM file' });
    }
  }
  return certificates;
}

const pemOf = (certificates: readonly X509Certificate[]): string => certificates.map(String).join('');

/** A certificate with its key. Undefined when there is none, or none that works; then there is a complaint. */
function readPair(tls: RawMap, path: ConfigPath, found: Found): KeyPair | undefined {
  const { complaints, source } = found;
  const reference = rawText(tls['key']);
  if (tls['cert'] === undefined || reference === undefined) return undefined;
  const certificates = readCertificates(tls['cert'], [...path, 'cert'], found);
  const key = resolveSecret(reference, source);
  if (!key.ok) complaints.push({ path: [...path, 'key'], ...key.error });
  if (!key.ok || certificates.length === 0) return undefined;
  const cert = pemOf(certificates);
  try {
    createSecureContext({ cert, key: key.value.reveal(), minVersion: 'TLSv1.2' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    complaints.push({
      path: [...path, 'key'],
      message: `does not work with the certificate (${code})`,
      fix: 'name the private key of the first certificate, in PEM and without a passphrase',
    });
    return undefined;
  }
  return {
    cert,
    key: key.value,
    expiresAtMs: Math.min(...certificates.map(({ validToDate }) => validToDate.getTime())),
  };
}

function readPeer(tls: RawMap, path: ConfigPath, url: string | undefined, found: Found): PeerTls {
  for (const [one, other] of [
    ['cert', 'key'],
    ['key', 'cert'],
  ] as const) {
    if (tls[one] === undefined || tls[other] !== undefined) continue;
    found.complaints.push({ path: [...path, one], atKey: true, message: `needs \`${other}\``, fix: 'name both' });
  }
  if (url !== undefined && URL.canParse(url) && new URL(url).protocol !== 'https:') {
    found.complaints.push({ path, atKey: true, message: 'belongs to an https: URL', fix: 'use https:, or remove it' });
  }
  const authorities = readCertificates(tls['ca'], [...path, 'ca'], found);
  return {
    ca: authorities.length === 0 ? undefined : pemOf(authorities),
    pair: readPair(tls, path, found),
    serverName: rawText(tls['serverName']),
  };
}

/** `tls: { ca }` of somebody who is told of approvals. `ca`: PEM. */
export function readAuthorities(
  tls: RawMap,
  path: ConfigPath,
  source: SecretSource,
): { readonly ca: string | undefined; readonly complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const authorities = readCertificates(tls['ca'], [...path, 'ca'], { complaints, source });
  return { ca: authorities.length === 0 ? undefined : pemOf(authorities), complaints };
}

/** Of a configuration that may be invalid in other ways too. */
export function resolveTls(
  raw: RawMap,
  source: SecretSource,
): { readonly resolved: ResolvedTls; readonly complaints: Complaint[] } {
  const found: Found = { complaints: [], source };
  const connections = new Map<string, PeerTls>();
  for (const [name, connection] of rawEntries(raw['connections'])) {
    const upstream = rawMap(connection['upstream']);
    if (upstream['tls'] === undefined) continue;
    const path = ['connections', name, 'upstream', 'tls'];
    connections.set(name, readPeer(rawMap(upstream['tls']), path, rawText(upstream['url']), found));
  }
  const issuers = new Map<string, PeerTls>();
  for (const [name, issuer] of rawEntries(raw['issuers'])) {
    if (issuer['tls'] === undefined) continue;
    issuers.set(
      name,
      readPeer(rawMap(issuer['tls']), ['issuers', name, 'tls'], rawText(issuer['jwksUri'] ?? issuer['issuer']), found),
    );
  }
  const server = readPair(rawMap(rawMap(raw['server'])['tls']), ['server', 'tls'], found);
  return { resolved: { server, connections, issuers }, complaints: found.complaints };
}

/** Everything of it as one text, to compare; holds the key. */
export const keyPairText = (pair: KeyPair | undefined): string =>
  pair === undefined ? '' : `${pair.cert}\n${pair.key.reveal()}`;

export const peerText = (peer: PeerTls | undefined): string =>
  peer === undefined ? '' : `${peer.ca ?? ''}\n${keyPairText(peer.pair)}\n${peer.serverName ?? ''}`;
