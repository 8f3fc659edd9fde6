/**
 * Digests and seals of what the authorization server keeps. Whoever has the store but not the key of the data directory
 * reads nothing in it, and can neither make nor recognise a token.
 */
import { createCipheriv, createDecipheriv, createHmac, hash, hkdfSync } from 'node:crypto';
import type { OAuthModel } from '#oauth/oauth-rows.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

export type OAuthKeys = {
  /** What opens a row is its id in oidc-provider, which for tokens and codes is the token. */
  rowDigest(model: OAuthModel, id: string): Buffer;
  /** The same for an access token, by the SHA-256 of it (`digestToken`), which is all that is known of it later. */
  tokenDigest(tokenSha256: string): Buffer;
  aliasDigest(kind: 'user code' | 'session', alias: string): Buffer;
  personDigest(issuer: string, subject: string): Buffer;
  sourceDigest(source: string): Buffer;
  /** How a grant is called to people and in records: opens nothing. */
  grantName(grant: Uint8Array): string;
  /** First bytes of the digest; undefined for what is no such name. */
  grantPrefix(name: string): Buffer | undefined;
  /** Stable for one person, says nothing about them: `sub` of ID tokens. */
  subjectName(issuer: string, subject: string): string;
  /** `about`: the digest or id of the row it goes into; it opens in no other. */
  seal(about: Uint8Array | string, text: string): Buffer;
  /** Throws when it was sealed for another row, or changed. */
  open(about: Uint8Array | string, sealed: Uint8Array): string;
};

/** 96 bits: among the grants of a data directory no two are called the same. */
const NAME_BYTES = 12;

const tagOf = (model: OAuthModel): string =>
  model === 'AccessToken' || model === 'ClientCredentials' ? 'token' : `model ${model}`;

/**
 * @param secret what every process of the data directory has in common (the masking key)
 * @param random gives so many unpredictable bytes
 */
export function createOAuthKeys(secret: Uint8Array, random: (count: number) => Uint8Array): OAuthKeys {
  const derived = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES));
  const digestKey = derived('gatebook sign-in digests v1');
  const sealKey = derived('gatebook sign-in seals v1');
  /** Lengths go in, so that no two lists of parts read the same. */
  const mac = (...parts: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', digestKey);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return hmac.digest();
  };
  const rowDigest = (model: OAuthModel, id: string): Buffer => mac(tagOf(model), hash('sha256', id, 'base64url'));
  return {
    rowDigest,
    tokenDigest: (tokenSha256) => mac('token', tokenSha256),
    aliasDigest: (kind, alias) => mac(`alias ${kind}`, alias),
    personDigest: (issuer, subject) => mac('person', issuer, subject),
    sourceDigest: (source) => mac('source', source),
    grantName: (grant) => Buffer.from(grant.subarray(0, NAME_BYTES)).toString('base64url'),
    grantPrefix(name) {
      const bytes = Buffer.from(name, 'base64url');
      return bytes.length === NAME_BYTES && bytes.toString('base64url') === name ? bytes : undefined;
    },
    subjectName: (issuer, subject) => mac('subject', issuer, subject).toString('base64url'),
    seal(about, text) {
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, sealKey, nonce).setAAD(Buffer.from(about));
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open(about, sealed) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv(CIPHER, sealKey, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      return text.toString('utf8');
    },
  };
}
