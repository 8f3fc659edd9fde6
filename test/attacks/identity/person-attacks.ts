/** Who a good token is: stable subjects, persons and machines, groups and what is missing of them. */
import { forge } from '../../fakes/forge.ts';
import { inGroup, PASSES, person, token } from './attack.ts';
import type { Attack, Row, Who } from './attack.ts';
import { KEYS } from './crafts.ts';
import type { Claims } from './crafts.ts';
import type { Scene } from './scene.ts';

const ADA: Who = { issuer: 'okta', subject: '00u-ada', kind: 'person' };
const MALLORY: Who = { issuer: 'okta', subject: '00u-mallory', kind: 'person' };
const idp = (subject: string, kind = 'person'): Who => ({ issuer: 'idp', subject, kind });
const entra = (subject: string, kind = 'person'): Who => ({ issuer: 'entra', subject, kind });

const NOBODY: Claims = { groups: undefined };

export const SUBJECT_ATTACKS: readonly Attack[] = inGroup('who it is', [
  {
    ...person(
      'subject-same-email-okta',
      'another person (`uid`) with the e-mail of one who has a grant',
      MALLORY,
      () => '',
    ),
    launch: (scene) =>
      scene.show(
        scene.craft.okta({ ...NOBODY, uid: '00u-mallory', sub: 'ada.lovelace', email: 'ada@example.com' }),
        'private',
      ),
  },
  {
    name: 'subject-changed-email-okta',
    tried: 'the same person (`uid`) under a new name and e-mail stays the same',
    wire: PASSES,
    record: { kind: 'intent', who: ADA },
    launch: (scene) =>
      scene.show(scene.craft.okta({ ...NOBODY, sub: 'ada.king', email: 'king@example.com' }), 'private'),
  },
  {
    ...person(
      'subject-same-sub-entra',
      'another person (`oid`) with the pairwise `sub` and UPN of one who has a grant',
      entra('oid-mallory'),
      () => '',
    ),
    launch: (scene) =>
      scene.show(
        scene.craft.entra({ ...NOBODY, oid: 'oid-mallory', upn: 'ada@example.com', email: 'ada@example.com' }),
        'private',
      ),
  },
  {
    name: 'subject-changed-sub-entra',
    tried: 'the same person (`oid`) through another app, which gives another `sub`',
    wire: PASSES,
    record: { kind: 'intent', who: entra('oid-ada') },
    launch: (scene) => scene.show(scene.craft.entra({ ...NOBODY, sub: 'pairwise-other', azp: 'app-other' }), 'private'),
  },
  {
    ...person(
      'subject-of-another-issuer',
      'the subject of somebody with a grant, at another issuer',
      { issuer: 'twin', subject: 'ada', kind: 'person' },
      () => '',
    ),
    launch: (scene) => scene.show(scene.craft.twin({ groups: undefined }), 'private'),
  },
  {
    ...person('subject-case-twin', 'the subject of somebody with a grant, in capitals', idp('ADA'), () => ''),
    launch: (scene) => scene.show(scene.craft.idp({ ...NOBODY, sub: 'ADA' }), 'private'),
  },
  {
    ...person(
      'subject-with-namespace',
      'a subject that spells the namespace of another issuer',
      idp('okta:00u-ada'),
      () => '',
    ),
    launch: (scene) => scene.show(scene.craft.idp({ ...NOBODY, sub: 'okta:00u-ada' }), 'private'),
  },
  token('subject-missing', 'no `sub`', 'subject_invalid', (scene) => scene.craft.idp({ sub: undefined })),
  token('subject-missing-uid-kept', 'an Okta token with `uid` but no `sub`', 'subject_invalid', (scene) =>
    scene.craft.okta({ sub: undefined }),
  ),
  token('subject-empty', 'an empty `sub`', 'subject_invalid', (scene) => scene.craft.idp({ sub: '' })),
  token('subject-list', '`sub` is a list', 'subject_invalid', (scene) => scene.craft.idp({ sub: ['ada'] })),
  token(
    'subject-control-characters',
    'a line break in `sub`, which would join two principals',
    'subject_invalid',
    (scene) => scene.craft.idp({ sub: 'x\nada' }),
  ),
  token('subject-escape-sequence', 'a terminal’s escape sequence in `sub`', 'subject_invalid', (scene) =>
    scene.craft.idp({ sub: 'ada\u001b[2J' }),
  ),
  token('subject-bidi', 'a direction override in `sub`, which shows another name', 'subject_invalid', (scene) =>
    scene.craft.idp({ sub: 'ada\u202emda' }),
  ),
  token('subject-very-long', '`sub` of 2,000 characters', 'subject_invalid', (scene) =>
    scene.craft.idp({ sub: 'a'.repeat(2_000) }),
  ),
  token('subject-without-oid', 'an Entra token without `oid`', 'subject_invalid', (scene) =>
    scene.craft.entra({ oid: undefined }),
  ),
]);

export const KIND_ATTACKS: readonly Attack[] = inGroup('persons and service accounts', [
  person(
    'person-through-granted-client',
    'a person through a client that has a grant as a service account',
    ADA,
    (scene) => scene.craft.okta({ ...NOBODY, cid: '0oa-robot' }),
  ),
  person('person-named-like-client', 'a person (`uid`) whose `sub` is the client id', ADA, (scene) =>
    scene.craft.okta({ ...NOBODY, cid: '0oa-robot', sub: '0oa-robot' }),
  ),
  token(
    'service-account-unproven',
    'an Okta token without `uid` whose `sub` is not the client',
    'kind_unproven',
    (scene) => scene.craft.okta({ uid: undefined, cid: '0oa-robot' }),
  ),
  person('person-without-idtyp', 'an Entra token of a granted app without `idtyp: app`', entra('oid-robot'), (scene) =>
    scene.craft.entra({ ...NOBODY, azp: 'app-robot', oid: 'oid-robot', sub: 'oid-robot' }),
  ),
  person('person-idtyp-user', 'an Entra token of a granted app with `idtyp: user`', entra('oid-ada'), (scene) =>
    scene.craft.entra({ ...NOBODY, azp: 'app-robot', idtyp: 'user' }),
  ),
  person(
    'person-signed-in-as-client',
    'somebody who named themselves like the client, and signed in',
    idp('robot'),
    (scene) => scene.craft.idp({ ...NOBODY, sub: 'robot', client_id: 'robot', auth_time: 1 }),
  ),
  person('person-session-as-client', 'the same, known by the session `sid`', idp('robot'), (scene) =>
    scene.craft.idp({ ...NOBODY, sub: 'robot', client_id: 'robot', sid: 's1' }),
  ),
  person('person-openid-as-client', 'the same, known by the scope `openid`', idp('robot'), (scene) =>
    scene.craft.idp({ ...NOBODY, sub: 'robot', client_id: 'robot', scope: 'openid mcp' }),
  ),
  token('client-contradicts', '`client_id` and `azp` name two clients', 'client_invalid', (scene) =>
    scene.craft.idp({ ...NOBODY, sub: 'robot', client_id: 'robot', azp: 'desktop' }),
  ),
  token('client-list', '`client_id` is a list', 'client_invalid', (scene) => scene.craft.idp({ client_id: ['robot'] })),
  token('client-line-break', 'a line break in the client id', 'client_invalid', (scene) =>
    scene.craft.idp({ client_id: 'x\nrobot' }),
  ),
  person(
    'client-of-another-issuer',
    'a granted client id at another issuer',
    { issuer: 'twin', subject: 'robot', kind: 'service_account' },
    (scene) => scene.craft.twin({ ...NOBODY, sub: 'robot', client_id: 'robot' }),
  ),
  person('client-case-twin', 'a granted client id in capitals', idp('ROBOT', 'service_account'), (scene) =>
    scene.craft.idp({ ...NOBODY, sub: 'ROBOT', client_id: 'ROBOT' }),
  ),
]);

const groups = (name: string, tried: string, names: readonly string[]): Row =>
  person(name, tried, idp('eve'), (scene) => scene.craft.idp({ sub: 'eve', groups: names }));
const hundred = Array.from({ length: 100 }, (_, index) => (index === 0 ? 'readers' : `g${index}`));

/** Where the person has a grant of their own: read as "no groups", the token would open the door. */
const missingGroups = (name: string, tried: string, reason: string, craft: (scene: Scene) => string): Row => ({
  ...token(name, tried, reason, craft),
  launch: (scene) => scene.show(craft(scene), 'private'),
});

export const GROUP_ATTACKS: readonly Attack[] = inGroup('groups, and groups that are missing', [
  token(
    'groups-okta-exactly-100',
    'exactly 100 groups from Okta, which stops there in silence',
    'groups_truncated',
    (scene) => scene.craft.okta({ groups: hundred }),
  ),
  missingGroups(
    'groups-entra-claim-names',
    'over 200 groups at Entra: `_claim_names` instead',
    'groups_truncated',
    (scene) =>
      scene.craft.entra({
        ...NOBODY,
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint: 'https://graph.test/me' } },
      }),
  ),
  token(
    'groups-entra-claim-names-beside',
    '`_claim_names` beside a list: the list is a part',
    'groups_truncated',
    (scene) => scene.craft.entra({ groups: ['readers'], _claim_names: { groups: 'src1' } }),
  ),
  missingGroups('groups-entra-hasgroups', 'over 200 groups at Entra: `hasgroups: true`', 'groups_truncated', (scene) =>
    scene.craft.entra({ ...NOBODY, hasgroups: true }),
  ),
  missingGroups('groups-entra-hasgroups-text', '`hasgroups: "true"`', 'groups_truncated', (scene) =>
    scene.craft.entra({ ...NOBODY, hasgroups: 'true' }),
  ),
  missingGroups(
    'groups-entra-source-name',
    '`groups: "src1"`: the name of a source, not a group',
    'groups_invalid',
    (scene) => scene.craft.entra({ groups: 'src1', _claim_sources: { src1: {} } }),
  ),
  missingGroups('groups-claim-names-text', '`_claim_names` is no object', 'groups_invalid', (scene) =>
    scene.craft.entra({ ...NOBODY, _claim_names: 'groups' }),
  ),
  missingGroups('groups-text', '`groups` is one name instead of a list', 'groups_invalid', (scene) =>
    scene.craft.idp({ groups: 'readers' }),
  ),
  missingGroups('groups-null', '`groups: null`', 'groups_invalid', (scene) => scene.craft.idp({ groups: null })),
  missingGroups('groups-object', '`groups` is an object', 'groups_invalid', (scene) =>
    scene.craft.idp({ groups: { 0: 'readers' } }),
  ),
  token('groups-list-inside', 'a list of lists', 'groups_invalid', (scene) =>
    scene.craft.idp({ groups: [['readers']] }),
  ),
  token('groups-empty-name', 'an empty name among them', 'groups_invalid', (scene) =>
    scene.craft.idp({ groups: ['readers', ''] }),
  ),
  token('groups-too-many', 'more groups than a decision should look through', 'groups_too_many', (scene) =>
    scene.craft.idp({ groups: ['readers', ...Array.from({ length: 1_001 }, (_, index) => `g${index}`)] }),
  ),
  {
    ...person('groups-none', 'no groups and no grant: nobody is not everybody', idp('eve'), (scene) =>
      scene.craft.idp({ sub: 'eve', groups: [] }),
    ),
  },
  groups('groups-nfd-twin', 'the name of a granted group in decomposed letters', ['cafe\u0301']),
  groups('groups-case-twin', 'the name of a granted group in capitals', ['Readers']),
  groups('groups-space-twin', 'the name of a granted group with a space behind it', ['readers ']),
  groups('groups-width-twin', 'the name of a granted group in full-width letters', [
    '\uff52\uff45\uff41\uff44\uff45\uff52\uff53',
  ]),
  groups('groups-cyrillic-twin', 'the name of a granted group with a Cyrillic letter', ['re\u0430ders']),
  groups('groups-invisible-twin', 'the name of a granted group with an invisible character', ['readers\u200b']),
  groups('groups-with-namespace', 'a group named like another issuer’s granted group', ['okta:readers']),
  person(
    'groups-of-another-issuer',
    'a group of the granted name at another issuer',
    { issuer: 'twin', subject: 'ada', kind: 'person' },
    (scene) => scene.craft.twin(),
  ),
  person('groups-in-roles', 'the granted name in `roles` and `wids` instead of `groups`', entra('oid-eve'), (scene) =>
    scene.craft.entra({ ...NOBODY, oid: 'oid-eve', roles: ['readers'], wids: ['readers'] }),
  ),
  person('groups-claim-case-twin', 'the granted name in a claim `Groups`', idp('eve'), (scene) =>
    scene.craft.idp({ ...NOBODY, sub: 'eve', Groups: ['readers'] }),
  ),
  person('groups-prototype', 'the granted name in `__proto__.groups`', idp('eve'), (scene) => {
    const { header, payload } = scene.craft.parts({ ...NOBODY, sub: 'eve' });
    const text = JSON.stringify(payload).replace('{', '{"__proto__":{"groups":["readers"]},');
    return forge({ header, payload: text }, KEYS.idp.privateKey);
  }),
  token('scope-control-characters', 'a line break in `scope`', 'scope_invalid', (scene) =>
    scene.craft.idp({ scope: 'mcp\nadmin' }),
  ),
  token('scope-list-inside', '`scp` holds a list', 'scope_invalid', (scene) => scene.craft.okta({ scp: [['mcp']] })),
]);
