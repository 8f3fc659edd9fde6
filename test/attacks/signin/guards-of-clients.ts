/** What stands between a stranger's program and the people who use the gateway. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const REDIRECT = 'src/oauth/redirect-uri.ts';
const NAME = 'src/oauth/client-name.ts';
const METADATA = 'src/oauth/client-metadata.ts';
const REGISTER = 'src/signin/registration/register-client.ts';

const REDIRECT_GUARDS: readonly Guard[] = [
  {
    guard: 'a scheme has to be one that cannot run or show anything',
    attacks: ['dcr-javascript', 'dcr-data-plain', 'dcr-file', 'dcr-blob', 'dcr-scheme-anyone'],
    patches: [
      without(
        REDIRECT,
        "  if (!PRIVATE_SCHEME.test(scheme) || !(scheme.includes('.') || DOTLESS_SCHEMES.has(scheme))) return err('scheme');\n",
        '  void PRIVATE_SCHEME;\n  void DOTLESS_SCHEMES;\n',
      ),
    ],
  },
  {
    guard: 'http is for loopback',
    attacks: ['dcr-http', 'dcr-loopback-name'],
    patches: [without(REDIRECT, 'LOOPBACKS.has(url.hostname)', 'LOOPBACKS.size > 0')],
  },
  {
    guard: 'one spelling: the one a browser makes of it',
    attacks: ['dcr-loopback-spelling', 'dcr-capitals', 'dcr-dot-segments'],
    patches: [
      without(REDIRECT, "  if (!isSpelledAsRead(text, url)) return err('spelling');\n", '  void isSpelledAsRead;\n'),
    ],
  },
  {
    guard: 'only characters of a URI',
    attacks: ['dcr-backslash', 'dcr-idn', 'dcr-data'],
    patches: [
      without(REDIRECT, "  if (!URI_CHARACTERS.test(text)) return err('characters');\n", '  void URI_CHARACTERS;\n'),
    ],
  },
  {
    guard: 'no user name before the host',
    attacks: ['dcr-userinfo'],
    patches: [without(REDIRECT, "    return err('userinfo');\n", "    void 'userinfo';\n")],
  },
  {
    guard: 'no wildcard',
    attacks: ['dcr-wildcard'],
    patches: [without(REDIRECT, "  if (text.includes('*')) return err('wildcard');\n")],
  },
  {
    guard: 'no fragment',
    attacks: ['dcr-fragment'],
    patches: [without(REDIRECT, "  if (text.includes('#')) return err('fragment');\n")],
  },
  {
    guard: 'no encoded separators',
    attacks: ['dcr-encoded-slash'],
    patches: [without(REDIRECT, "return err('encoded_separator');", "void 'encoded_separator';")],
  },
];

const NAME_GUARDS: readonly Guard[] = [
  {
    guard: 'no name that passes for Gatebook',
    attacks: ['dcr-as-gatebook'],
    patches: [without(NAME, "  if (skeleton.includes(OWN)) return err('looks_like_gatebook');\n", '  void OWN;\n')],
  },
  {
    guard: 'no name that passes for a known client',
    attacks: ['dcr-as-known'],
    patches: [without(NAME, "return err('looks_like_known');", "void 'looks_like_known';")],
  },
  {
    guard: 'no characters that nobody sees',
    attacks: ['dcr-bidi', 'dcr-zero-width'],
    patches: [without(NAME, 'hasHiddenText(name) || ', '(hasHiddenText(name) && name === "") || ')],
  },
  {
    guard: 'one script a word',
    attacks: ['dcr-mixed-scripts'],
    patches: [without(NAME, "    return err('mixed_scripts');\n", "    void 'mixed_scripts';\n")],
  },
];

const FORM_GUARDS: readonly Guard[] = [
  {
    guard: 'a body is read to its bound',
    attacks: ['dcr-huge'],
    patches: [
      without(
        REGISTER,
        "  if (Number(headers['content-length'] ?? 0) > LIMITS.clientMetadataBytes) return tooLarge;\n",
      ),
      without(REGISTER, '      if (bytes > LIMITS.clientMetadataBytes) return tooLarge;\n', '      void tooLarge;\n'),
    ],
  },
  {
    guard: 'a name stands once',
    attacks: ['dcr-two-meanings'],
    patches: [
      without(
        METADATA,
        "  if (!parsed.ok) return fault('no_json', 'not one JSON object without duplicate names');\n  const value = toValue(parsed.value.root);\n",
        '  void toValue;\n  void parsed;\n  const value = JSON.parse(Buffer.from(bytes).toString()) as JsonValue;\n',
      ),
    ],
  },
  {
    guard: 'JSON alone is a registration',
    attacks: ['dcr-form'],
    patches: [
      without(
        REGISTER,
        "  if (!JSON_TYPE.test(headers['content-type'] ?? '') || headers['content-encoding'] !== undefined)\n",
        "  if (!JSON_TYPE.test(headers['content-type'] ?? '') && headers['content-encoding'] !== undefined)\n",
      ),
    ],
  },
  {
    guard: 'keys come in the registration itself',
    attacks: ['dcr-keys-elsewhere'],
    patches: [
      without(
        METADATA,
        '  if (!Array.isArray(given) || given.length === 0)\n    return fault(',
        '  if (!Array.isArray(given) || given.length === 0) return ok([]);\n  if (given.length < 0)\n    return fault(',
      ),
    ],
  },
];

const TAKING_GUARDS: readonly Guard[] = [
  {
    guard: 'an id is made here, and one that is taken is not given again',
    attacks: ['dcr-id-of-another'],
    patches: [
      without(
        REGISTER,
        '  return keep(metadata.value, source, parts);\n',
        "  const asked = members.value['client_id'];\n  const random = (count: number): Buffer =>\n    typeof asked === 'string' ? Buffer.from(asked.slice(2), 'hex') : parts.random(count);\n  return keep(metadata.value, source, { ...parts, random });\n",
      ),
      without(
        'src/store/clients-db.ts',
        "    if (before !== undefined && (kind !== 'document' || before.kind !== 'document')) return 'taken';\n",
      ),
    ],
  },
  {
    guard: 'so many registrations a minute',
    attacks: ['dcr-flood'],
    patches: [without(REGISTER, '  if (waitMs > 0) return', '  if (waitMs < 0) return')],
  },
];

export const CLIENT_GUARDS: readonly Guard[] = [...REDIRECT_GUARDS, ...NAME_GUARDS, ...FORM_GUARDS, ...TAKING_GUARDS];
