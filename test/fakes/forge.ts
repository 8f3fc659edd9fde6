/**
 * Makes tokens by hand, byte by byte, good or as broken as an attacker likes. Signs with node:crypto, not with the code
 * under test.
 */
import type { KeyObject } from 'node:crypto';
import { constants, createHmac, sign } from 'node:crypto';

export type Parts = {
  /** An object is written as JSON; a string is taken as the very text. */
  readonly header: object | string;
  readonly payload: object | string;
};

const segment = (part: object | string): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

export const signingInput = ({ header, payload }: Parts): string => `${segment(header)}.${segment(payload)}`;

export const withSignature = (input: string, signature: Uint8Array): string =>
  `${input}.${Buffer.from(signature).toString('base64url')}`;

/** RS256. */
export function forge(parts: Parts, privateKey: KeyObject): string {
  const input = signingInput(parts);
  return withSignature(input, sign('sha256', Buffer.from(input), privateKey));
}

export function forgeHs256(parts: Parts, secret: Uint8Array | string): string {
  const input = signingInput(parts);
  return withSignature(input, createHmac('sha256', secret).update(input).digest());
}

export function forgePs256(parts: Parts, privateKey: KeyObject, saltLength: number): string {
  const input = signingInput(parts);
  const options = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return withSignature(input, sign('sha256', Buffer.from(input), options));
}

export function forgeEcdsa(parts: Parts, privateKey: KeyObject, hash: string, encoding: 'der' | 'ieee-p1363'): string {
  const input = signingInput(parts);
  return withSignature(input, sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding: encoding }));
}
