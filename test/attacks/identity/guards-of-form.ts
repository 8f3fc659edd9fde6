/** The guards of a token's spelling, of names that come twice, of size and text. */
import type { Guard, Patch } from './guards.ts';

const JWS = 'src/identity/jws.ts';
const BEARER = 'src/identity/bearer.ts';

const looseBase64: Patch = {
  file: JWS,
  find: "return bytes.toString('base64url') === segment ? bytes : undefined;",
  replace: 'return bytes;',
};
const anyToken: Patch = {
  file: BEARER,
  find: "return TOKEN68.test(token) ? ok(token) : err('malformed_authorization');",
  replace: 'return ok(token);',
};
const anySegments: Patch = {
  file: JWS,
  find: "  if (first < 1 || second < first + 2 || second === token.length - 1) return err('malformed_token');\n  if (token.includes('.', second + 1)) return err('malformed_token');\n",
  replace: '',
};
const STRICT_PARSE = `  const parsed = parseJson(bytes, { depth: limits.tokenJsonDepth, nodes: limits.tokenJsonNodes });
  if (!parsed.ok) return err(parsed.error.code === 'duplicate_key' ? 'duplicate' : 'invalid');
  const value: unknown = toValue(parsed.value.root);
`;
/** What most code does, and a little more: decoded leniently, comments dropped, the last of two names wins. */
const laxParse: Patch = {
  file: JWS,
  find: STRICT_PARSE,
  replace: `  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes).replace(/\\/\\*.*?\\*\\//, '').replace('NaN', '4e9').replace(/}{.*$/, '}'));
  } catch {
    value = {};
  }
`,
};
const anyValue: Patch = {
  file: JWS,
  find: "return isObject(value) ? ok(value) : err('invalid');",
  replace: 'return ok(((Array.isArray(value) ? value[0] : value) ?? {}) as Claims);',
};

export const FORM_GUARDS: readonly Guard[] = [
  {
    guard: 'base64url in its one canonical spelling',
    attacks: [
      'token-respelled-padding',
      'token-respelled-trailing-bits',
      'token-respelled-plus-slash',
      'token-respelled-tilde',
    ],
    patches: [looseBase64],
  },
  {
    guard: 'only the characters of a bearer token, canonical base64url (both)',
    attacks: [
      'token-respelled-padding-inside',
      'token-respelled-space',
      'token-respelled-tab',
      'token-respelled-percent',
      'token-respelled-quotes',
      'token-respelled-latin1',
      'token-json-serialization',
    ],
    patches: [anyToken, looseBase64],
  },
  {
    guard: 'exactly three segments, none empty; canonical base64url (both)',
    attacks: [
      'token-extra-segment',
      'token-extra-dot',
      'token-leading-dot',
      'token-two-segments',
      'token-without-payload',
      'token-encrypted',
    ],
    patches: [anySegments, looseBase64],
  },
  {
    guard: 'JSON without names that come twice',
    attacks: [
      'header-duplicate-alg',
      'header-duplicate-kid',
      'header-duplicate-escaped',
      'claim-duplicate-sub',
      'claim-duplicate-iss',
      'claim-duplicate-aud',
      'claim-duplicate-exp',
      'claim-duplicate-groups',
      'claim-duplicate-inside',
    ],
    patches: [laxParse],
  },
  {
    guard: 'strict JSON, bounded in depth and number of values',
    attacks: [
      'payload-deep',
      'payload-many-values',
      'header-deep',
      'payload-bom',
      'payload-trailing-text',
      'payload-comment',
      'payload-nan',
      'payload-lone-surrogate',
      'payload-invalid-utf8',
    ],
    patches: [laxParse],
  },
  {
    guard: 'header and payload are JSON objects',
    attacks: ['payload-list', 'payload-null', 'payload-text', 'header-text'],
    patches: [laxParse, anyValue],
  },
  {
    guard: 'a largest token (checked three times, all removed)',
    attacks: ['token-20kb'],
    patches: [
      {
        file: BEARER,
        find: "  if (authorization.length > limits.tokenBytes + SCHEME_LENGTH) return err('token_too_large');\n",
        replace: '',
      },
      {
        file: 'src/identity/identity.ts',
        find: "    if (token.length > limits.tokenBytes) return err('token_too_large');\n",
        replace: '',
      },
      { file: JWS, find: "  if (token.length > limits.tokenBytes) return err('token_too_large');\n", replace: '' },
    ],
  },
  {
    guard: 'a largest header of a request',
    attacks: ['token-1mb'],
    patches: [
      {
        file: 'src/gateway/server.ts',
        find: 'maxHeaderSize: limits.headerBytes,',
        replace: 'maxHeaderSize: 4 * 1024 * 1024,',
      },
    ],
  },
];
