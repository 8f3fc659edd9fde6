import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mentionsIn } from '#masking/engine/mentions.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';
import { HONORIFICS } from '#masking/words/person-words.ts';
import { PASSWORD_WORDS, TOKEN_WORDS } from '#masking/words/secret-words.ts';

// oxlint-disable-next-line no-control-regex -- the edge of ASCII
const mentioned = (text: string): number => mentionsIn(text, /[^\x00-\x7f]/.test(text));

/** What detectors look for, or must come by before they do: without the bit there is none. */
const WANTED: Readonly<Record<keyof typeof MENTIONS, RegExp>> = {
  secret: new RegExp([...PASSWORD_WORDS, ...TOKEN_WORDS].join('|'), 'i'),
  authorization: /bearer|basic|token/i,
  phone:
    /phone|tel|cell|mob|fax|call|dial|text|sms|whatsapp|ring|reach|contact|hotline|number|ph|landline|voicemail|direct|ext|handy|ruf|num[eé]ro|m[oó]vil|portable|message|llam|appel|número/i,
  birth: /born|birth|day|d\.?\s?o\.?\s?b|geb/i,
  passport: /passport/i,
  license: /licen[cs]e|\bDLN?\b|permit|D\.L\./i,
  account: /account|acct|routing|aba|rtn|checking|savings|transit/i,
  box: /box/i,
  street:
    /(?:straße|strasse|str\.|gasse|weg|allee|platz|ring|ufer|damm|straat|laan|gracht)|(?:Rue|Avenue|Boulevard|Via|Calle|Plaza|Rua|Viale|Corso)/,
  command:
    /curl|wget|sshpass|mysql|mariadb|docker|podman|helm|skopeo|ldapsearch|ldapadd|ldapmodify|redis-cli|plink|pscp/,
  code: /code|one[- ]time|OTP|PIN|CVV|CVC/,
  title: new RegExp(`(?<![\\w])(?:${HONORIFICS})\\.?[ ]`),
  company:
    /,?[ ](?:Inc|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Co|Company|LLP|LP|PLC|plc|GmbH|AG|KG|SE|SA|S\.A|SAS|SARL|SpA|S\.p\.A|BV|B\.V|NV|N\.V|AB|AS|Oy|Oyj|Pty|Pvt|Holdings|Group|Partners|Associates|Industries|Enterprises|Technologies|Solutions|Ventures|Labs|Bank|Insurance|University|Hospital|Foundation|GbR|KGaA|OHG|eG|Stiftung|and Sons|& Sons)(?![\w-])/,
};

test('what a detector looks for stands only in texts that mention it', () => {
  // not from the list of words: one that is left out there has to be missed here
  const words = Object.values(WANTED)
    .flatMap(({ source }) => source.match(/[A-Za-zß-ÿ][A-Za-zß-ÿ_ -]+/g) ?? [])
    .concat(
      '& Sons',
      'L.L.C',
      'S.p.A.',
      'B.V.',
      'str.',
      'licence',
      'license',
      'D.L.',
      'numero',
      'número',
      'móvil',
      'd. o. b',
    );
  const cased = fc
    .tuple(fc.constantFrom(...words), fc.nat(2))
    .map(([word, how]) => (how === 0 ? word : how === 1 ? word.toUpperCase() : word.toLowerCase()));
  const part = fc.oneof(cased, fc.constantFrom(' ', '.', ', ', '\n', '\t', 'd', 'o', 'b', 'é', '-', '_', '1'));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const text = parts.join('');
      const bits = mentioned(text);
      for (const [name, pattern] of Object.entries(WANTED))
        if (pattern.test(text))
          assert.notEqual(bits & (MENTIONS[name as keyof typeof MENTIONS] ?? 0), 0, `${name}: ${text}`);
    }),
    { numRuns: 5_000 },
  );
});

test('a text without any of the words mentions nothing', () => {
  assert.equal(mentioned('The parcel is late; we have it on our list since May.'), 0);
  // titles and companies are words of their own, as they are spelled
  assert.equal(mentioned('as a co-op so inc. drone sirens'), 0);
  assert.equal(mentioned('Mr Co, S.A.'), MENTIONS.title | MENTIONS.company);
});
