import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Prompt } from 'oidc-provider';
import { interactionPolicy } from '#signin/interaction-policy.ts';
import { quietly } from '#signin/quiet-library.ts';

it('a person is asked until they agreed in this very interaction, whatever the browser brings', async () => {
  const { interactionPolicy: library } = await quietly(() => import('oidc-provider'));
  const policy = interactionPolicy(library) as readonly Prompt[];
  assert.deepEqual(
    policy.map(({ name }) => name),
    ['select_account', 'login', 'consent'],
  );
  const login = policy.find(({ name }) => name === 'login');
  const [check] = login?.checks ?? [];
  const asks = (result: object | undefined): unknown =>
    Reflect.apply(Reflect.get(check ?? {}, 'check'), check, [{ oidc: { result } }]);
  assert.equal(login?.checks.length, 1);
  assert.deepEqual(
    [undefined, {}, { login: {} }, { consent: { grantId: 'g' } }, { login: {}, consent: { grantId: 'g' } }].map(asks),
    [true, true, true, true, false],
  );
});
