/** A certificate authority of a test: X.509 v3 certificates over P-256 keys, written by hand (RFC 5280). */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

export type TestCertificate = { readonly cert: string; readonly key: string };
export type TestAuthority = {
  /** PEM of the authority itself. */
  readonly ca: string;
  /** For these host names and IPv4 addresses, valid until then; Unix milliseconds. */
  issue(names: readonly string[], expiresAtMs?: number): TestCertificate;
};

const HOUR_MS = 3_600_000;

function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(body.length < 256 ? [body.length] : [body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

const sequence = (...content: readonly Buffer[]): Buffer => element(0x30, ...content);
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2. */
const ALGORITHM = sequence(element(0x06, bytes('2a8648ce3d040302')));
const name = (common: string): Buffer =>
  sequence(element(0x31, sequence(element(0x06, bytes('550403')), element(0x0c, Buffer.from(common)))));
const time = (ms: number): Buffer =>
  element(0x18, Buffer.from(new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')));
const extension = (oid: string, isCritical: boolean, value: Buffer): Buffer =>
  sequence(element(0x06, bytes(oid)), ...(isCritical ? [element(0x01, bytes('ff'))] : []), element(0x04, value));
const BASIC_CONSTRAINTS = '551d13';
const SUBJECT_ALT_NAME = '551d11';

type Subject = { readonly common: string; readonly expiresAtMs: number; readonly extensions: readonly Buffer[] };

function certify(subject: Subject, key: KeyObject, issuer: string, issuerKey: KeyObject): string {
  const serial = randomBytes(8);
  serial[0] = 0x40;
  const body = sequence(
    element(0xa0, element(0x02, bytes('02'))),
    element(0x02, serial),
    ALGORITHM,
    name(issuer),
    sequence(time(subject.expiresAtMs - 1_000 * HOUR_MS), time(subject.expiresAtMs)),
    name(subject.common),
    key.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...subject.extensions)),
  );
  const signature = sign('sha256', body, issuerKey);
  const der = sequence(body, ALGORITHM, element(0x03, bytes('00'), signature));
  const lines = der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const altName = (host: string): Buffer =>
  isIP(host) === 4 ? element(0x87, Buffer.from(host.split('.').map(Number))) : element(0x82, Buffer.from(host));

export function createTestAuthority(common = 'Test Authority'): TestAuthority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const isAuthority = extension(BASIC_CONSTRAINTS, true, sequence(element(0x01, bytes('ff'))));
  const soon = (): number => Date.now() + 500 * HOUR_MS;
  const ca = certify({ common, expiresAtMs: soon(), extensions: [isAuthority] }, own.publicKey, common, own.privateKey);
  return {
    ca,
    issue(names, expiresAtMs = soon()) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const extensions = [
        extension(BASIC_CONSTRAINTS, true, sequence()),
        extension(SUBJECT_ALT_NAME, false, sequence(...names.map(altName))),
      ];
      const subject = { common: names[0] ?? 'nobody', expiresAtMs, extensions };
      return {
        cert: certify(subject, publicKey, common, own.privateKey),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      };
    },
  };
}

/** Writes `<stem>.crt` and `<stem>.key`; gives their paths. */
export function writePair(folder: string, stem: string, pair: TestCertificate): { cert: string; key: string } {
  const paths = { cert: join(folder, `${stem}.crt`), key: join(folder, `${stem}.key`) };
  writeFileSync(paths.cert, pair.cert);
  writeFileSync(paths.key, pair.key);
  return paths;
}
