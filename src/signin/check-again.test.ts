import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSeal } from '#oauth/seal.ts';
import type { SignIn, SignInChange } from '#oauth/sign-in.ts';
import { err, ok } from '#result.ts';
import { checkAgain } from '#signin/check-again.ts';
import type { ProviderFault } from '#signin/providers/provider.ts';
import { openTokens, sealTokens } from '#signin/providers/upstream-tokens.ts';
import { ADA, fakeProvider } from '#test/fakes/provider.ts';

function arrange() {
  const seal = createSeal(Buffer.alloc(32, 1), 'x', randomBytes);
  const provider = fakeProvider();
  const changes: SignInChange[] = [];
  const logged: string[] = [];
  const signIn: SignIn = {
    id: 'one',
    issuer: provider.issuer,
    namespace: 'okta',
    subject: ADA.subject,
    login: ADA.login,
    groups: ADA.groups,
    signedInAtMs: 1,
    expiresAtMs: 1_000,
    checkedAtMs: 1,
    sealedRefresh: sealTokens(seal, ADA.tokens, 'one'),
    endedAtMs: undefined,
  };
  const check = (of = signIn, providers = new Map([['okta', provider]])) =>
    checkAgain(of, {
      providers,
      signIns: { update: async (_, change) => void changes.push(change) },
      seal,
      clock: () => 500,
      log: { warn: (fields) => void logged.push(JSON.stringify(fields)) },
    });
  return { seal, provider, changes, logged, signIn, check };
}

test('what the issuer says now is kept: groups, the time, and the token for the next time, sealed', async () => {
  const { seal, provider, changes, check } = arrange();
  provider.checkAgain = async () =>
    ok({ ...ADA, groups: ['okta:promoted'], tokens: { ...ADA.tokens, refresh: 'upstream-refresh-2' } });
  assert.equal(await check(), 'holds');
  const [change] = changes;
  assert.deepEqual([change?.groups, change?.checkedAtMs], [['okta:promoted'], 500]);
  assert.equal(openTokens(seal, change?.sealedRefresh ?? new Uint8Array(), 'one')?.refresh, 'upstream-refresh-2');
});

test('a no about the person is a no, trouble is not, and neither changes what is kept', async () => {
  const { provider, changes, check } = arrange();
  const outcomes: Readonly<Record<ProviderFault, string>> = {
    issuer_denied: 'refused',
    response_invalid: 'refused',
    subject_invalid: 'refused',
    groups_invalid: 'refused',
    groups_too_many: 'refused',
    groups_truncated: 'refused',
    fresh_unproven: 'refused',
    issuer_unreachable: 'unreachable',
    issuer_setup: 'unreachable',
  };
  for (const [fault, outcome] of Object.entries(outcomes)) {
    provider.checkAgain = async () => err(fault as ProviderFault);
    assert.equal(await check(), outcome, fault);
  }
  assert.deepEqual(changes, []);
});

test('nobody vouches for a person whose issuer is not configured any more, or is another one', async () => {
  const { provider, signIn, check } = arrange();
  assert.equal(await check(signIn, new Map()), 'refused');
  assert.equal(await check({ ...signIn, issuer: 'https://former.example.com' }), 'refused');
  assert.deepEqual(provider.checked, []);
});

test('with nothing to ask by, or with what was sealed for another, the person signs in anew', async () => {
  const { signIn, check } = arrange();
  assert.equal(await check({ ...signIn, sealedRefresh: undefined }), 'refused');
  assert.equal(await check({ ...signIn, id: 'two' }), 'refused');
});

test('the log names the issuer and the reason, and no token', async () => {
  const { provider, logged, check } = arrange();
  provider.checkAgain = async () => err('issuer_unreachable');
  await check();
  assert.deepEqual(logged, ['{"issuer":"okta","reason":"issuer_unreachable"}']);
});

test('the same groups in another order are no change, so that nothing that is open ends by it', async () => {
  const { provider, changes, signIn, check } = arrange();
  const of = { ...signIn, groups: ['okta:a', 'okta:b'] };
  for (const groups of [['okta:b', 'okta:a'], ['okta:b', 'okta:c'], ['okta:b']]) {
    provider.checkAgain = async () => ok({ ...ADA, groups });
    await check(of);
  }
  assert.deepEqual(
    changes.map(({ groups }) => groups),
    [['okta:a', 'okta:b'], ['okta:b', 'okta:c'], ['okta:b']],
  );
});
