import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import { profileOf } from '#identity/presets.ts';
import { callerOf } from '#identity/token-caller.ts';
import { LIMITS } from '#limits.ts';

const read = (claims: Record<string, unknown>, more: Partial<IssuerSettings> = {}): Caller | string => {
  const settings: IssuerSettings = {
    namespace: 'idp',
    preset: 'generic',
    issuer: 'https://idp',
    audiences: [],
    ...more,
  };
  const result = callerOf(claims, ['api'], { settings, profile: profileOf(settings), limits: LIMITS });
  return result.ok ? result.value : result.error;
};
const caller = (claims: Record<string, unknown>, more: Partial<IssuerSettings> = {}): Caller => {
  const result = read(claims, more);
  if (typeof result === 'string') assert.fail(result);
  return result;
};
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `g${index}`);

describe('caller of an Okta token', () => {
  const person = { sub: 'ada@example.com', uid: '00u1', cid: '0oa1', scp: ['openid', 'mcp'], groups: ['mcp-admins'] };
  const service = { sub: '0oa2', cid: '0oa2', scp: ['mcp'] };
  const okta = { preset: 'okta' } as const;

  it('is the person named by uid, never by the e-mail in sub', () => {
    assert.deepEqual(caller(person, { ...okta, namespace: 'okta' }), {
      issuer: 'https://idp',
      namespace: 'okta',
      subject: '00u1',
      kind: 'person',
      groups: ['okta:mcp-admins'],
      client: 'okta:0oa1',
      scopes: ['okta:openid', 'okta:mcp'],
    });
  });

  it('is a service account only without uid and with sub equal to cid', () => {
    const { kind, subject, client, groups } = caller(service, okta);
    assert.deepEqual(
      { kind, subject, client, groups },
      { kind: 'service_account', subject: '0oa2', client: 'idp:0oa2', groups: [] },
    );
    assert.equal(read({ ...service, sub: 'ada@example.com' }, okta), 'kind_unproven');
    assert.equal(caller({ ...service, uid: '00u1' }, okta).kind, 'person');
    for (const uid of ['', null, 1, ['00u1']]) assert.equal(read({ ...service, uid }, okta), 'subject_invalid');
  });

  it('is nobody when the token names no client, as ID tokens do not', () => {
    assert.equal(read({ ...person, cid: undefined }, okta), 'id_token');
  });

  it('is refused with exactly 100 groups, which Okta cut off', () => {
    assert.equal(caller({ ...person, groups: names(99) }, okta).groups.length, 99);
    assert.equal(read({ ...person, groups: names(100) }, okta), 'groups_truncated');
    assert.equal(caller({ ...person, groups: names(101) }, okta).groups.length, 101);
    assert.equal(read({ ...person, teams: names(100) }, { ...okta, groupsClaim: 'teams' }), 'groups_truncated');
  });
});

describe('caller of an Entra token', () => {
  const entra = { preset: 'entra' } as const;
  const person = { sub: 'pairwise', oid: 'o-1', azp: 'app-1', scp: 'mcp.read mcp.write', groups: ['id-1'] };

  it('is the person named by oid with the scopes of the string', () => {
    const { kind, subject, scopes, client } = caller(person, entra);
    assert.deepEqual(
      { kind, subject, scopes, client },
      { kind: 'person', subject: 'o-1', scopes: ['idp:mcp.read', 'idp:mcp.write'], client: 'idp:app-1' },
    );
  });

  it('is a service account exactly with idtyp app', () => {
    assert.equal(caller({ sub: 's', oid: 'o', azp: 'a', idtyp: 'app' }, entra).kind, 'service_account');
    for (const idtyp of ['user', 'App', 'device', true, ['app']])
      assert.equal(caller({ ...person, idtyp }, entra).kind, 'person');
  });

  it('takes the client from appid in version 1.0 tokens, and refuses tokens with neither as ID tokens', () => {
    assert.equal(caller({ ...person, azp: undefined, appid: 'app-v1' }, entra).client, 'idp:app-v1');
    assert.equal(read({ ...person, azp: undefined }, entra), 'id_token');
  });

  it('is refused when the groups are elsewhere (overage)', () => {
    const { groups: _, ...bare } = person;
    assert.equal(
      read({ ...bare, _claim_names: { groups: 'src1' }, _claim_sources: { src1: {} } }, entra),
      'groups_truncated',
    );
    assert.equal(read({ ...bare, hasgroups: true }, entra), 'groups_truncated');
    assert.equal(read({ ...bare, hasgroups: 'true' }, entra), 'groups_truncated');
    assert.equal(read({ ...bare, _claim_names: 'groups' }, entra), 'groups_invalid');
    assert.deepEqual(caller({ ...bare, hasgroups: false }, entra).groups, []);
    assert.deepEqual(caller({ ...bare, roles: ['r'], hasgroups: true }, { ...entra, groupsClaim: 'roles' }).groups, [
      'idp:r',
    ]);
  });

  it('is refused without oid', () => {
    assert.equal(read({ ...person, oid: undefined }, entra), 'subject_invalid');
  });
});

describe('caller of a generic token', () => {
  it('is a person unless sub is the client and nobody signed in', () => {
    assert.equal(caller({ sub: 'alice' }).kind, 'person');
    assert.equal(caller({ sub: 'alice', client_id: 'app' }).kind, 'person');
    assert.equal(caller({ sub: 'app', client_id: 'app' }).kind, 'service_account');
    assert.equal(caller({ sub: 'app', azp: 'app' }).kind, 'service_account');
    assert.equal(caller({ sub: 'app', client_id: 'app', azp: 'app' }).client, 'idp:app');
    for (const scope of ['openid', 'mcp openid'])
      assert.equal(caller({ sub: 'app', client_id: 'app', scope }).kind, 'person');
    for (const name of ['auth_time', 'amr', 'acr', 'sid'])
      assert.equal(caller({ sub: 'app', client_id: 'app', [name]: 1 }).kind, 'person');
    assert.equal(
      caller({ sub: 'svc', 'https://x/app': 'svc' }, { clientClaim: 'https://x/app' }).kind,
      'service_account',
    );
  });

  it('is refused when it names two clients', () => {
    for (const sub of ['app', 'other', 'alice'])
      assert.equal(read({ sub, client_id: 'app', azp: 'other' }), 'client_invalid');
  });

  it('is refused as an ID token when the client itself is the audience and there is no scope', () => {
    assert.equal(read({ sub: 'alice', azp: 'api' }), 'id_token');
    assert.equal(caller({ sub: 'alice', azp: 'api', scope: 'mcp' }).subject, 'alice');
  });

  it('has the subject of the configured claim, but still needs sub', () => {
    assert.equal(caller({ sub: 'a', employee: 'e-7' }, { subjectClaim: 'employee' }).subject, 'e-7');
    assert.equal(read({ employee: 'e-7' }, { subjectClaim: 'employee' }), 'subject_invalid');
  });

  it('is refused with a subject or client that is empty, no string, too long or has control characters', () => {
    const long = 'x'.repeat(LIMITS.tokenSubjectChars + 1);
    for (const value of [
      '',
      null,
      1,
      {},
      ['a'],
      long,
      'a\nb',
      'a\u0000',
      'a\u001b[31m',
      'a\u0085',
      'a\u202eb',
      'a\u200b',
      'a\u2028',
    ]) {
      assert.equal(read({ sub: value }), 'subject_invalid', JSON.stringify(value)?.slice(0, 20));
      assert.equal(read({ sub: 'a', client_id: value }), 'client_invalid', JSON.stringify(value)?.slice(0, 20));
    }
  });
});

describe('groups and scopes', () => {
  it('are strings in an array, bounded in number and length; nothing else counts as no groups', () => {
    assert.deepEqual(caller({ sub: 'a' }).groups, []);
    assert.deepEqual(caller({ sub: 'a', groups: [] }).groups, []);
    for (const groups of [
      null,
      'admins',
      {},
      1,
      [1],
      [['a']],
      [''],
      ['a', null],
      ['x'.repeat(LIMITS.tokenGroupChars + 1)],
    ]) {
      assert.equal(read({ sub: 'a', groups }), 'groups_invalid', JSON.stringify(groups)?.slice(0, 20));
    }
    assert.equal(caller({ sub: 'a', groups: names(LIMITS.tokenGroups) }).groups.length, LIMITS.tokenGroups);
    assert.equal(read({ sub: 'a', groups: names(LIMITS.tokenGroups + 1) }), 'groups_too_many');
  });

  it('keep the bytes of the identity provider: composed and decomposed names stay two groups', () => {
    assert.deepEqual(caller({ sub: 'a', groups: ['caf\u00e9', 'cafe\u0301'] }).groups, [
      'idp:caf\u00e9',
      'idp:cafe\u0301',
    ]);
  });

  it('of one issuer never equal those of another, even with a colon in the name', () => {
    assert.deepEqual(caller({ sub: 'a', groups: ['okta:admins'] }).groups, ['idp:okta:admins']);
  });

  it('scopes come as a string or an array of RFC 6749 scope tokens', () => {
    assert.deepEqual(caller({ sub: 'a', scope: 'x y' }).scopes, ['idp:x', 'idp:y']);
    assert.deepEqual(caller({ sub: 'a', scope: '' }).scopes, []);
    for (const scope of [null, 1, {}, 'a  b', ' a', 'a\tb', 'a"b', [1], ['a b'], names(LIMITS.tokenScopes + 1)]) {
      assert.equal(read({ sub: 'a', scope }), 'scope_invalid', JSON.stringify(scope)?.slice(0, 20));
    }
  });
});
