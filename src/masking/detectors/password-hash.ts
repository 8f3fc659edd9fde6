/** Hashes of passwords as crypt(3) and its successors write them: whoever has one can try passwords against it at leisure. */
import type { Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';

/** Modular Crypt Format and PHC strings: bcrypt, SHA-crypt, MD5-crypt, yescrypt, scrypt, Argon2, PBKDF2; Django's PBKDF2; LDAP (RFC 3112). */
const FORMS: readonly (readonly [gate: string, pattern: RegExp])[] = [
  ['$', /\$2[abxy]?\$\d{2}\$[./A-Za-z0-9]{53}/g],
  ['$', /\$(?:1|apr1|5|6|7|y|gy|md5|sha1)\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,32}\$[./A-Za-z0-9$]{16,256}/g],
  ['$', /\$(?:argon2(?:id?|d)|scrypt|pbkdf2(?:-sha\d{1,3})?)\$[\w=,.$+/-]{20,512}/g],
  ['pbkdf2_', /pbkdf2_sha\d{1,3}\$\d{1,9}\$[A-Za-z0-9]{4,64}\$[A-Za-z0-9+/=]{20,128}/g],
  ['}', /\{S?(?:SHA|SSHA|SMD5|MD5|CRYPT)\d{0,3}\}[A-Za-z0-9+/=$.]{20,256}/g],
];

export const passwordHash: Detector = {
  types: ['SECRET'],
  needs: 0,
  runMin: 13,
  find(scan) {
    const { text } = scan;
    for (const [gate, pattern] of FORMS) {
      if (!text.includes(gate)) continue;
      eachMatch(pattern, text, ({ 0: hash, index: start }) => {
        scan.propose({
          start,
          end: start + hash.length,
          type: 'SECRET',
          rule: 'password-hash',
          base: 0.9,
          isValidated: true,
          because: 'format',
          isImmune: true,
        });
        return true;
      });
    }
  },
};
