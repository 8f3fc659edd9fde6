import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson, policyVersion } from '#config/versions.ts';

test('canonical JSON does not depend on the order of keys, and does on the order of lists', () => {
  assert.equal(
    canonicalJson({ b: [1, { d: null, c: 'x' }], a: true, u: undefined }),
    '{"a":true,"b":[1,{"c":"x","d":null}]}',
  );
  assert.notEqual(canonicalJson(['a', 'b']), canonicalJson(['b', 'a']));
});

test('keys are ordered by UTF-16 code units, as RFC 8785 section 3.2.3 has it', () => {
  assert.equal(
    canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 }),
    '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
  );
});

test('a policy version is 16 hex digits of SHA-256 and stays what it is', () => {
  const masking = { store: { detectors: 'default' as const, operator: 'token' as const, fields: [] } };
  assert.equal(policyVersion({ levels: {}, grants: [], rules: [], masking }), '06992253bd3f7e58');
});

test('who approves what is held, and who owns the account that asks, are part of the policy', () => {
  const masking = { store: { detectors: 'default' as const, operator: 'token' as const, fields: [] } };
  const of = (approver: string[], owner = 'idp:a'): string =>
    policyVersion({
      levels: {},
      grants: [],
      rules: [],
      masking,
      roles: { approver },
      serviceAccounts: { bot: { owner, purpose: 'tests', connections: ['notes'] } },
    });
  const versions = [of([]), of(['idp:leads']), of(['idp:others']), of(['idp:leads'], 'idp:b')];
  assert.equal(new Set(versions).size, versions.length);
});
