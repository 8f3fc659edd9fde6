/** One spelling per token, and none of them can be read in two ways. */
import { sign } from 'node:crypto';
import { forge, signingInput, withSignature } from '../../fakes/forge.ts';
import { inGroup, INVALID_REQUEST, NO_CALL, token } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { KEYS } from './crafts.ts';
import type { Scene } from './scene.ts';

/** A good token is let through first, so that the other spelling meets a warm cache. */
const respelled = (name: string, tried: string, reason: string, respell: (good: string) => string): Row => ({
  ...token(name, tried, reason, () => ''),
  ...(reason === 'malformed_authorization' ? { wire: INVALID_REQUEST } : {}),
  async launch(scene) {
    let good = scene.craft.idp();
    // Until there is something in it to respell.
    while (respell(good) === good) good = scene.craft.idp();
    await scene.prime(good);
    return scene.show(respell(good));
  },
});

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const trailingBit = (part: string): string => {
  const last = ALPHABET.indexOf(part.at(-1) ?? '');
  return part.slice(0, -1) + ALPHABET[last ^ 1];
};
const parts = (good: string): readonly [string, string, string] => {
  const [header = '', payload = '', signature = ''] = good.split('.');
  return [header, payload, signature];
};
const malformed = 'malformed_authorization';

export const SPELLING_ATTACKS: readonly Attack[] = inGroup('other spellings of a good token', [
  respelled('token-respelled-padding', '`=` behind the signature', 'non_canonical_base64url', (good) => `${good}==`),
  respelled('token-respelled-padding-inside', '`=` behind the header', malformed, (good) => good.replace('.', '=.')),
  respelled(
    'token-respelled-trailing-bits',
    'the spare bits of the last character set',
    'non_canonical_base64url',
    trailingBit,
  ),
  respelled('token-respelled-plus-slash', '`+/` instead of `-_`', 'non_canonical_base64url', (good) => {
    const [header, payload, signature] = parts(good);
    return `${header}.${payload}.${signature.replaceAll('-', '+').replaceAll('_', '/')}`;
  }),
  respelled(
    'token-respelled-tilde',
    'a character in the signature that decoders skip',
    'non_canonical_base64url',
    (good) => `${good.slice(0, -4)}~${good.slice(-4)}`,
  ),
  respelled('token-respelled-space', 'a space inside', malformed, (good) => `${good.slice(0, -4)} ${good.slice(-4)}`),
  respelled('token-respelled-tab', 'a tab inside', malformed, (good) => `${good.slice(0, -4)}\t${good.slice(-4)}`),
  respelled('token-respelled-percent', 'a percent-encoded dot', malformed, (good) => good.replace('.', '%2E')),
  respelled('token-respelled-quotes', 'the token in quotes', malformed, (good) => `"${good}"`),
  respelled(
    'token-respelled-latin1',
    'a non-ASCII character inside',
    malformed,
    (good) => `${good.slice(0, -4)}\u00ad${good.slice(-4)}`,
  ),
  respelled(
    'token-respelled-case',
    'capitals and small letters of the signature exchanged',
    'bad_signature',
    (good) => {
      const [header, payload, signature] = parts(good);
      const swapped = signature.replaceAll(/[a-zA-Z]/g, (c) =>
        c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase(),
      );
      // The last character keeps its case, so that the text stays canonical.
      return `${header}.${payload}.${swapped.slice(0, -1)}${signature.slice(-1)}`;
    },
  ),
  respelled('token-extra-segment', 'a fourth segment', 'malformed_token', (good) => `${good}.AAAA`),
  respelled('token-extra-dot', 'a dot behind the token', 'malformed_token', (good) => `${good}.`),
  respelled('token-leading-dot', 'a dot before the token', 'malformed_token', (good) => `.${good}`),
  respelled('token-two-segments', 'the signature left off with its dot', 'malformed_token', (good) =>
    parts(good).slice(0, 2).join('.'),
  ),
  respelled(
    'token-without-payload',
    'the payload left out (detached, RFC 7515 appendix F)',
    'malformed_token',
    (good) => `${parts(good)[0]}..${parts(good)[2]}`,
  ),
  respelled('token-json-serialization', 'the flattened JSON form of the JWS', malformed, (good) => {
    const [header, payload, signature] = parts(good);
    return JSON.stringify({ protected: header, payload, signature });
  }),
  token('token-encrypted', 'a JWE of five parts', 'malformed_token', () => {
    const header = Buffer.from('{"alg":"RSA-OAEP","enc":"A256GCM","kid":"rsa"}').toString('base64url');
    return [header, 'a2V5', 'aXY', 'Y2lwaGVydGV4dA', 'dGFn'].join('.');
  }),
]);

const signed = (
  scene: Scene,
  bend: { header?: (text: string) => string; payload?: (text: string) => string },
): string => {
  const good = scene.craft.parts();
  const same = (text: string): string => text;
  return forge(
    {
      header: (bend.header ?? same)(JSON.stringify(good.header)),
      payload: (bend.payload ?? same)(JSON.stringify(good.payload)),
    },
    KEYS.idp.privateKey,
  );
};
const bentHeader = (name: string, tried: string, reason: string, header: (text: string) => string): Row =>
  token(name, tried, reason, (scene) => signed(scene, { header }));
const bentPayload = (name: string, tried: string, reason: string, payload: (text: string) => string): Row =>
  token(name, tried, reason, (scene) => signed(scene, { payload }));
const behindBrace = (member: string) => (text: string) => text.replace('{', `{${member},`);

/** RFC 7519 section 4 lets a parser take the last of two; another reader may take the first. */
export const DUPLICATE_ATTACKS: readonly Attack[] = inGroup('the same name twice', [
  bentHeader(
    'header-duplicate-alg',
    '`alg` twice: `none` and `RS256`',
    'header_duplicate_key',
    behindBrace('"alg":"none"'),
  ),
  bentHeader('header-duplicate-kid', '`kid` twice', 'header_duplicate_key', behindBrace('"kid":"mine"')),
  bentHeader(
    'header-duplicate-escaped',
    '`alg` and `\\u0061lg`',
    'header_duplicate_key',
    behindBrace('"\\u0061lg":"none"'),
  ),
  bentPayload('claim-duplicate-sub', '`sub` twice', 'payload_duplicate_claim', behindBrace('"sub":"admin"')),
  bentPayload(
    'claim-duplicate-iss',
    '`iss` twice',
    'payload_duplicate_claim',
    behindBrace('"iss":"https://evil.test"'),
  ),
  bentPayload(
    'claim-duplicate-aud',
    '`aud` twice',
    'payload_duplicate_claim',
    behindBrace('"aud":"https://other.test"'),
  ),
  bentPayload('claim-duplicate-exp', '`exp` twice', 'payload_duplicate_claim', behindBrace('"exp":1')),
  bentPayload(
    'claim-duplicate-groups',
    '`groups` twice, the second by an escape',
    'payload_duplicate_claim',
    behindBrace('"gro\\u0075ps":["admins"]'),
  ),
  bentPayload(
    'claim-duplicate-inside',
    'the same name twice in an object inside',
    'payload_duplicate_claim',
    behindBrace('"x":{"a":1,"a":2}'),
  ),
]);

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

export const SIZE_ATTACKS: readonly Attack[] = inGroup('size, depth and text of a token', [
  {
    ...token('token-1mb', 'a token of 1 MB', '', () => 'a'.repeat(1024 * 1024)),
    wire: { status: 431 },
    record: NO_CALL,
  },
  token('token-20kb', 'a token of 20 KB, under what the HTTP parser takes', 'token_too_large', (scene) =>
    scene.craft.idp({ padding: 'x'.repeat(20_000) }),
  ),
  bentPayload('payload-deep', 'a payload 2,000 levels deep', 'payload_not_json', behindBrace(`"x":${deep(2_000)}`)),
  bentPayload(
    'payload-many-values',
    'a payload of 5,000 values',
    'payload_not_json',
    behindBrace(`"x":[${'0,'.repeat(5_000)}0]`),
  ),
  bentHeader('header-deep', 'a header 2,000 levels deep', 'header_not_json', behindBrace(`"x":${deep(2_000)}`)),
  bentPayload('payload-list', 'the payload is a list', 'payload_not_json', (text) => `[${text}]`),
  bentPayload('payload-null', 'the payload is null', 'payload_not_json', () => 'null'),
  bentPayload(
    'payload-text',
    'the payload is a token in quotes (nested JWT)',
    'payload_not_json',
    (text) => `"${Buffer.from(text).toString('base64url')}"`,
  ),
  bentPayload('payload-bom', 'a byte order mark before the payload', 'payload_not_json', (text) => `\ufeff${text}`),
  bentPayload(
    'payload-trailing-text',
    'a second object behind the payload',
    'payload_not_json',
    (text) => `${text}{"sub":"admin"}`,
  ),
  bentPayload('payload-comment', 'a comment in the payload', 'payload_not_json', (text) =>
    text.replace('{', '{/*"sub":1*/'),
  ),
  bentPayload('payload-nan', '`exp: NaN`, which is no JSON', 'payload_not_json', (text) =>
    text.replace(/"exp":\d+/, '"exp":NaN'),
  ),
  bentPayload('payload-lone-surrogate', 'half of a surrogate pair in `sub`', 'payload_not_json', (text) =>
    text.replace('"ada"', '"ada\\ud800"'),
  ),
  token('payload-invalid-utf8', 'bytes that are no UTF-8 in `sub`', 'payload_not_json', (scene) => {
    const { header, payload } = scene.craft.parts();
    const bytes = Buffer.from(JSON.stringify(payload).replace('"ada"', '"ad\u00e9"'), 'latin1');
    const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${bytes.toString('base64url')}`;
    return withSignature(input, sign('sha256', Buffer.from(input), KEYS.idp.privateKey));
  }),
  token('header-text', 'the header is no JSON', 'header_not_json', (scene) =>
    withSignature(signingInput({ header: 'RS256', payload: scene.craft.parts().payload }), Buffer.alloc(256, 1)),
  ),
]);
