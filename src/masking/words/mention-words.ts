/**
 * Words without which a detector need not look at a text: what it finds stands behind, before or around one of them. ASCII,
 * in any case; of words with other letters a part that has none.
 */
import { HONORIFICS } from '#masking/words/person-words.ts';
import { PASSWORD_WORDS, TOKEN_WORDS } from '#masking/words/secret-words.ts';

/** Bits of what a text mentions. */
export const MENTIONS = {
  secret: 1,
  authorization: 2,
  phone: 4,
  birth: 8,
  passport: 16,
  license: 32,
  account: 64,
  box: 128,
  street: 256,
  title: 512,
  company: 1_024,
  command: 2_048,
  code: 4_096,
} as const;

export type MentionWords = {
  readonly bits: number;
  /** Separated by `|`; those with letters beyond ASCII are left out. */
  readonly words: string;
  /** They count only as they are spelled here, and as whole words; a space before one is part of it. */
  readonly isSpelled?: boolean;
};

/** What is beyond ASCII in a text may be part of one of these. */
export const MAY_MENTION_BEYOND_ASCII = MENTIONS.title | MENTIONS.phone;

export const MENTION_WORDS: readonly MentionWords[] = [
  { bits: MENTIONS.secret, words: [...PASSWORD_WORDS, ...TOKEN_WORDS].join('|') },
  { bits: MENTIONS.authorization, words: 'bearer|basic|token' },
  {
    bits: MENTIONS.phone,
    words:
      'phone|tel|cell|mob|fax|call|dial|text|sms|whatsapp|ring|reach|contact|hotline|number|ph|landline|voicemail|direct|ext|handy|ruf|numero|movil|portable|message|llam|appel',
  },
  {
    bits: MENTIONS.birth,
    // the initials with any white space of ASCII in them
    words:
      'born|birth|day|geb|dob|d.o|do.|d o|d. o|do b|d\to|d.\to|do\tb|d\no|d.\no|do\nb|d\vo|d.\vo|do\vb|d\fo|d.\fo|do\fb|d\ro|d.\ro|do\rb',
  },
  { bits: MENTIONS.passport, words: 'passport' },
  { bits: MENTIONS.license, words: 'licence|license|dl|dln|permit|d.l.' },
  { bits: MENTIONS.account, words: 'account|acct|routing|aba|rtn|checking|savings|transit' },
  { bits: MENTIONS.box, words: 'box' },
  {
    bits: MENTIONS.street,
    words:
      'stra|str.|gasse|weg|allee|platz|ring|ufer|damm|laan|gracht|rue|avenue|quai|chemin|impasse|boulevard|via|calle|plaza|rua|corso',
  },
  { bits: MENTIONS.title, words: HONORIFICS, isSpelled: true },
  {
    bits: MENTIONS.command,
    words:
      'curl|wget|sshpass|mysql|mariadb|docker|podman|helm|skopeo|ldapsearch|ldapadd|ldapmodify|redis-cli|plink|pscp',
  },
  { bits: MENTIONS.code, words: 'code|one-time|one time|otp|pin|cvv|cvc|passcode' },
  {
    bits: MENTIONS.company,
    words:
      ' Inc| LLC| L.L| Ltd| Limited| Corp| Corporation| Co| Company| LLP| LP| PLC| plc| GmbH| AG| KG| SE| SA| S.A| SAS| SARL| SpA| S.p| BV| B.V| NV| N.V| AB| AS| Oy| Oyj| Pty| Pvt|' +
      ' Holdings| Group| Partners| Associates| Industries| Enterprises| Technologies| Solutions| Ventures| Labs| Bank| Insurance| University| Hospital|' +
      ' Foundation| GbR| KGaA| OHG| eG| Stiftung| Sons',
    isSpelled: true,
  },
];
