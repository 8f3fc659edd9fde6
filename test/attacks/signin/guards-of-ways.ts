/** What stands between a person on the way to their issuer and whoever wants to send them along, or to be them. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const INTERACTION = 'src/signin/interaction.ts';
const WAY = 'src/signin/way-cookie.ts';
const CALLBACK = 'src/signin/callback.ts';
const PROVIDER = 'src/signin/providers/openid-provider.ts';
const SESSION = 'src/signin/web-session.ts';

const noToken = without(
  INTERACTION,
  "form.ok && isToken(form.value.get('csrf') ?? '', csrfOf(asking, parts))",
  "form.ok && (isToken(form.value.get('csrf') ?? '', csrfOf(asking, parts)) || true)",
);

export const WAY_GUARDS: readonly Guard[] = [
  {
    guard: 'a form comes from a page of ours in this browser: origin and token',
    attacks: ['way-consent-forged'],
    patches: [
      without('src/signin/app.ts', 'if (isForeignPost(visit, parts.publicUrl)) {', 'if (false as boolean) {'),
      without(INTERACTION, 'foreignBy(visit.headers, parts.publicUrl)', 'undefined as ReturnType<typeof foreignBy>'),
      noToken,
    ],
  },
  { guard: 'the token of the page', attacks: ['way-consent-no-token'], patches: [noToken] },
  {
    guard: 'a remembered consent is for places that are the client’s alone',
    attacks: ['way-consent-skip'],
    patches: [without(INTERACTION, '    isPlaceProven(asked) &&\n', '    (isPlaceProven(asked) || true) &&\n')],
  },
  {
    guard: 'an answer counts in the browser that set out',
    attacks: ['way-login-csrf'],
    patches: [
      without(
        WAY,
        "cookies.get(nameOf(state)) ?? ''",
        "cookies.get(nameOf(state)) ?? (globalThis as { way?: string }).way ?? ''",
      ),
      without(
        WAY,
        "seal.seal(JSON.stringify(way), way.state).toString('base64url')",
        "((globalThis as { way?: string }).way = seal.seal(JSON.stringify(way), way.state).toString('base64url'))",
      ),
    ],
  },
  {
    guard: 'the issuer that answers is the one that was asked',
    attacks: ['way-mix-up'],
    patches: [
      without(
        PROVIDER,
        '        current.search = query.toString();\n',
        "        query.delete('iss');\n        current.search = query.toString();\n",
      ),
    ],
  },
  {
    guard: 'the ID token has the nonce of this sign-in',
    attacks: ['way-no-nonce'],
    patches: [without(PROVIDER, '          expectedNonce: way.nonce,\n')],
  },
  {
    guard: 'a state counts once',
    attacks: ['way-state-replay'],
    patches: [without(CALLBACK, 'if (!(await isFirst(way, parts)))', 'if (!(await isFirst(way, parts)) && false)')],
  },
  {
    guard: 'whoever signs in gets a session of a new name',
    attacks: ['way-fixation'],
    patches: [
      without(
        SESSION,
        "const value = Buffer.from(parts.random(VALUE_BYTES)).toString('base64url');",
        "const value = cookie().read(headers) ?? Buffer.from(parts.random(VALUE_BYTES)).toString('base64url');",
      ),
    ],
  },
  {
    guard: 'an e-mail address is nobody',
    attacks: ['way-email'],
    patches: [
      without(
        'src/signin/providers/person-claims.ts',
        'const subject = idToken[signInProfileOf(settings).subjectClaim];',
        "const subject = idToken['email'] ?? idToken[signInProfileOf(settings).subjectClaim];",
      ),
    ],
  },
  {
    guard: 'a list of groups that was cut off is no list',
    attacks: ['way-groups-cut'],
    patches: [
      without(
        'src/identity/token-caller.ts',
        "  if (groups.length === profile.groupsCutAt) return err('groups_truncated');\n",
      ),
    ],
  },
];
