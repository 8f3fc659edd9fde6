/** The guards of subjects, of persons against service accounts, and of groups. */
import type { Guard, Patch } from './guards.ts';

const CALLER = 'src/identity/token-caller.ts';
const PRESETS = 'src/identity/presets.ts';
const GRANTS = 'src/policy/grants.ts';

const without = (file: string, find: string, replace = ''): Patch => ({ file, find, replace });
const SUBJECT_NAME = '`${caller.namespace}:${caller.subject}`';
const NAMESPACED = 'const namespaced = (name: string): string => `${settings.namespace}:${name}`;';
const WANTED = 'const found = names[kind].find((name) => wanted.has(name));';
const FOLDED = `const fold = (name: string): string =>
        name.normalize('NFKC').replaceAll('\\u200b', '').replaceAll('\\u0430', 'a').trim().toLowerCase();
      const found = names[kind].find((name) => [...wanted].some((one) => fold(one) === fold(name)));`;

export const SUBJECT_GUARDS: readonly Guard[] = [
  {
    guard: 'Okta: the subject is `uid`, not `sub`',
    attacks: ['subject-same-email-okta', 'subject-changed-email-okta'],
    patches: [without(PRESETS, "subjectClaim: 'uid',", "subjectClaim: 'sub',")],
  },
  {
    guard: 'Entra: the subject is `oid`, not `sub`',
    attacks: ['subject-same-sub-entra', 'subject-changed-sub-entra', 'subject-without-oid'],
    patches: [without(PRESETS, "    subjectClaim: 'oid',\n", "    subjectClaim: 'sub',\n")],
  },
  {
    guard: 'names have the namespace of their issuer',
    attacks: ['subject-of-another-issuer', 'client-of-another-issuer', 'groups-of-another-issuer'],
    patches: [
      without(CALLER, NAMESPACED, 'const namespaced = (name: string): string => `idp:${name}`;'),
      without(GRANTS, SUBJECT_NAME, '`idp:${caller.subject}`'),
    ],
  },
  {
    guard: 'a namespace is put before every name, also before one that has one',
    attacks: ['subject-with-namespace', 'groups-with-namespace'],
    patches: [
      without(
        CALLER,
        NAMESPACED,
        "const namespaced = (name: string): string => (name.includes(':') ? name : `${settings.namespace}:${name}`);",
      ),
      without(
        GRANTS,
        SUBJECT_NAME,
        "caller.subject.includes(':') ? caller.subject : `${caller.namespace}:${caller.subject}`",
      ),
    ],
  },
  {
    guard: 'names are compared byte for byte',
    attacks: [
      'subject-case-twin',
      'client-case-twin',
      'groups-nfd-twin',
      'groups-case-twin',
      'groups-space-twin',
      'groups-width-twin',
      'groups-cyrillic-twin',
      'groups-invisible-twin',
    ],
    patches: [without(GRANTS, WANTED, FOLDED)],
  },
  {
    guard: '`sub` is there in any case',
    attacks: ['subject-missing-uid-kept'],
    patches: [without(CALLER, "  if (!isIdentifier(claims['sub'], limits)) return err('subject_invalid');\n")],
  },
  {
    guard: 'a subject is a short text of characters that can be seen',
    attacks: [
      'subject-missing',
      'subject-empty',
      'subject-list',
      'subject-control-characters',
      'subject-escape-sequence',
      'subject-bidi',
      'subject-very-long',
    ],
    patches: [
      without(
        CALLER,
        "typeof value === 'string' && value !== '' && value.length <= limits.tokenSubjectChars && !UNSEEN.test(value);",
        'value !== null;',
      ),
    ],
  },
];

const anyClient: Patch = without(
  GRANTS,
  "caller.kind === 'service_account' && caller.client !== undefined",
  'caller.client !== undefined',
);

export const KIND_GUARDS: readonly Guard[] = [
  {
    guard: '`clients:` grants are for service accounts alone',
    attacks: ['person-through-granted-client', 'person-named-like-client'],
    patches: [anyClient],
  },
  {
    guard: 'Okta: `sub` must be the client',
    attacks: ['service-account-unproven'],
    patches: [without(CALLER, "return subjectIsClient ? 'service_account' : undefined;", "return 'service_account';")],
  },
  {
    guard: 'Entra: only `idtyp: app` proves a service account',
    attacks: ['person-without-idtyp', 'person-idtyp-user'],
    patches: [
      without(
        CALLER,
        "return claims[kind.claim] === kind.value ? 'service_account' : 'person';",
        "return 'service_account';",
      ),
    ],
  },
  {
    guard: 'who signed in is a person',
    attacks: ['person-signed-in-as-client', 'person-session-as-client', 'person-openid-as-client'],
    patches: [
      without(
        CALLER,
        "return subjectIsClient && !signedIn ? 'service_account' : 'person';",
        "return subjectIsClient ? 'service_account' : 'person';",
      ),
    ],
  },
  {
    guard: 'a token names one client',
    attacks: ['client-contradicts'],
    patches: [without(CALLER, "  if (others.length > 0) return err('client_invalid');\n")],
  },
  {
    guard: 'a client id is a short text of characters that can be seen',
    attacks: ['client-list', 'client-line-break'],
    patches: [
      without(
        CALLER,
        "  if (clientValue !== undefined && !isIdentifier(clientValue, limits)) return err('client_invalid');\n",
      ),
    ],
  },
];

const GROUPS_CLAIM = 'const groups = claims[profile.groupsClaim];';

export const GROUP_GUARDS: readonly Guard[] = [
  {
    guard: 'a list as long as the provider cuts it is a cut list',
    attacks: ['groups-okta-exactly-100'],
    patches: [without(CALLER, "  if (groups.length === profile.groupsCutAt) return err('groups_truncated');\n")],
  },
  {
    guard: '`_claim_names` says that the groups are elsewhere',
    attacks: ['groups-entra-claim-names', 'groups-entra-claim-names-beside'],
    patches: [
      without(CALLER, "    if (elsewhere[profile.groupsClaim] !== undefined) return err('groups_truncated');\n"),
    ],
  },
  {
    guard: '`hasgroups` says that the groups are left out',
    attacks: ['groups-entra-hasgroups', 'groups-entra-hasgroups-text'],
    patches: [
      without(CALLER, "  if (groupsLeftOut && profile.groupsClaim === 'groups') return err('groups_truncated');\n"),
    ],
  },
  {
    guard: '`_claim_names` is an object',
    attacks: ['groups-claim-names-text'],
    patches: [
      without(
        CALLER,
        "    if (!isObject(elsewhere)) return err('groups_invalid');\n",
        '    if (!isObject(elsewhere)) return ok([]);\n',
      ),
    ],
  },
  {
    guard: 'what is no list of groups is not "no groups"',
    attacks: ['groups-entra-source-name', 'groups-text', 'groups-null', 'groups-object'],
    patches: [
      without(
        CALLER,
        "  if (!Array.isArray(groups)) return err('groups_invalid');\n",
        '  if (!Array.isArray(groups)) return ok([]);\n',
      ),
    ],
  },
  {
    guard: 'every name is a text',
    attacks: ['groups-list-inside', 'groups-empty-name'],
    patches: [
      without(
        CALLER,
        "    if (typeof group !== 'string' || group === '' || group.length > limits.tokenGroupChars)\n      return err('groups_invalid');\n",
      ),
    ],
  },
  {
    guard: 'a largest number of groups',
    attacks: ['groups-too-many'],
    patches: [without(CALLER, "  if (groups.length > limits.tokenGroups) return err('groups_too_many');\n")],
  },
  {
    guard: 'a grant for a group needs the group',
    attacks: ['groups-none'],
    patches: [
      without(
        GRANTS,
        'if (found === undefined) because',
        'if (found === undefined && names.groups.length > 0) because',
      ),
    ],
  },
  {
    guard: 'groups come from one claim, by its exact name',
    attacks: ['groups-in-roles', 'groups-claim-case-twin'],
    patches: [
      without(
        CALLER,
        GROUPS_CLAIM,
        "const groups = claims[profile.groupsClaim] ?? claims['Groups'] ?? claims['roles'];",
      ),
    ],
  },
  {
    guard: 'claims are own members',
    attacks: ['groups-prototype'],
    patches: [
      without(
        'src/identity/jws.ts',
        'return isObject(value) ? ok(value) : err(',
        'return isObject(value) ? ok(Object.assign({}, value)) : err(',
      ),
    ],
  },
  {
    guard: 'scopes are as RFC 6749 spells them',
    attacks: ['scope-control-characters', 'scope-list-inside'],
    patches: [
      without(
        CALLER,
        "  if (scopes === undefined) return err('scope_invalid');\n",
        '  if (scopes === undefined) return ok({ issuer: settings.issuer, namespace: settings.namespace, subject: String(claims["sub"]), kind: "person", groups: ["idp:readers", "okta:readers"], client: undefined, scopes: [] });\n',
      ),
    ],
  },
];
