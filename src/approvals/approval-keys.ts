/**
 * How an approval is kept: sealed, so that whoever has the store reads nothing of it and cannot make a yes of a no. Bound to
 * its id: one row is never opened in the place of another.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { Approval, Principal } from '#approvals/approval.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Prints are kept in columns beside it, the revision is counted by the store. */
export type Sealable = Omit<Approval, 'revision' | 'fingerprint' | 'toolPrint'>;

export type ApprovalKeys = {
  requesterDigest(requester: Principal): Buffer;
  ruleDigest(rule: string): Buffer;
  seal(approval: Omit<Approval, 'revision'>): Buffer;
  /** Throws when it is not what was sealed under this id and these prints. */
  open(id: string, prints: Pick<Approval, 'fingerprint' | 'toolPrint'>, sealed: Uint8Array): Sealable;
};

/**
 * @param secret what every process of the data directory has in common (the masking key)
 * @param random gives so many unpredictable bytes
 */
export function createApprovalKeys(secret: Uint8Array, random: (count: number) => Uint8Array): ApprovalKeys {
  const derive = (info: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', info, KEY_BYTES));
  const sealing = derive('gatebook approvals sealing v1');
  const naming = derive('gatebook approvals requesters v1');
  const namingRules = derive('gatebook approvals rules v1');
  const boundTo = (id: string, { fingerprint, toolPrint }: Pick<Approval, 'fingerprint' | 'toolPrint'>): Buffer =>
    Buffer.concat([Buffer.from(`${id}\n`), fingerprint, toolPrint]);
  return {
    requesterDigest: ({ issuer, subject }) =>
      createHmac('sha256', naming)
        .update(`${Buffer.byteLength(issuer)}:${issuer}${subject}`)
        .digest(),
    ruleDigest: (rule) => createHmac('sha256', namingRules).update(rule).digest(),
    seal({ fingerprint, toolPrint, ...rest }) {
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, sealing, nonce);
      cipher.setAAD(boundTo(rest.id, { fingerprint, toolPrint }));
      const text = JSON.stringify(rest);
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open(id, prints, sealed) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv(CIPHER, sealing, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(boundTo(id, prints));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      return JSON.parse(text.toString('utf8')) as Sealable;
    },
  };
}
