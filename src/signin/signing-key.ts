/**
 * The key that ID tokens are signed with: derived from what all processes of a data directory have in common, so that every
 * worker and every start has the same one and no file of it has to be kept.
 */
import { createECDH, createHash, hkdfSync } from 'node:crypto';

/** RFC 7518 section 6.2. */
export type SigningKey = {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly alg: 'ES256';
  readonly use: 'sig';
  readonly kid: string;
  readonly x: string;
  readonly y: string;
  readonly d: string;
};

/** Order of P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** 64 bits more than the order has, so that no scalar is likelier than another (FIPS 186-5 A.2.1). */
const WIDE_BYTES = 40;
const SCALAR_BYTES = 32;

/** @param secret the masking key */
export function deriveSigningKey(secret: Uint8Array): SigningKey {
  const wide = Buffer.from(hkdfSync('sha256', secret, '', 'gatebook sign-in ID tokens v1', WIDE_BYTES));
  const scalar = (BigInt(`0x${wide.toString('hex')}`) % (ORDER - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(2 * SCALAR_BYTES, '0'), 'hex');
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const [x, y] = [point.subarray(1, 1 + SCALAR_BYTES), point.subarray(1 + SCALAR_BYTES)].map((part) =>
    part.toString('base64url'),
  );
  if (x === undefined || y === undefined) throw new Error('a point of P-256 has two coordinates');
  // RFC 7638 section 3.2: the members in this order.
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
  return { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid, x, y, d: d.toString('base64url') };
}
