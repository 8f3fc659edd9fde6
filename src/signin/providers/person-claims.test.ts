import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '#identity/token-caller.ts';
import { profileOf } from '#identity/presets.ts';
import { LIMITS } from '#limits.ts';
import { personOf } from '#signin/providers/person-claims.ts';

const OKTA = { namespace: 'okta', preset: 'okta', issuer: 'https://acme.okta.com', audiences: [] } as const;
const read = (claims: Record<string, unknown>, settings: Parameters<typeof personOf>[1] = OKTA) =>
  personOf({ idToken: claims, grouped: claims }, settings, LIMITS);

test('whoever signs in is the caller that a token of the same issuer makes them', () => {
  const rows = [
    [OKTA, { sub: '00u1' }, { sub: 'ada@example.com', uid: '00u1', cid: 'c', scp: ['mcp'] }],
    [
      { ...OKTA, preset: 'entra' },
      { sub: 'pairwise', oid: 'o-1' },
      { sub: 'another', oid: 'o-1', azp: 'c' },
    ],
    [{ ...OKTA, preset: 'generic' }, { sub: 's-1' }, { sub: 's-1', client_id: 'c', scope: 'mcp' }],
  ] as const;
  for (const [settings, idToken, accessToken] of rows) {
    const groups = { groups: ['support'] };
    const person = read({ ...idToken, ...groups }, settings);
    const caller = callerOf({ ...accessToken, ...groups }, ['aud'], {
      settings,
      profile: profileOf(settings),
      limits: LIMITS,
    });
    assert.ok(person.ok && caller.ok, settings.preset);
    assert.equal(caller.value.kind, 'person');
    assert.equal(person.value.subject, caller.value.subject);
    assert.deepEqual(person.value.groups, caller.value.groups);
  }
});

test('nobody is who their e-mail address says', () => {
  assert.deepEqual(read({ email: 'ada@example.com', preferred_username: 'ada@example.com' }), {
    ok: false,
    error: 'subject_invalid',
  });
});

test('groups of another shape are refused instead of being taken for none', () => {
  for (const groups of ['admins', [1], [''], { admins: true }, null])
    assert.deepEqual(read({ sub: '00u1', groups }), { ok: false, error: 'groups_invalid' }, JSON.stringify(groups));
  const many = Array.from({ length: LIMITS.tokenGroups + 1 }, (_, at) => `g${at}`);
  assert.deepEqual(read({ sub: '00u1', groups: many }), { ok: false, error: 'groups_too_many' });
});

test('a name with characters that nobody sees is not shown', () => {
  const person = read({ sub: '00u1', preferred_username: 'ad\u202ea', email: 'ada@example.com' });
  assert.ok(person.ok);
  assert.equal(person.value.login, 'ada@example.com');
});

test('a time that is none is no proof', () => {
  for (const authTime of ['1700000000', 1.5, Number.NaN, undefined]) {
    const person = read({ sub: '00u1', auth_time: authTime });
    assert.ok(person.ok);
    assert.equal(person.value.provedAtMs, undefined);
  }
});
