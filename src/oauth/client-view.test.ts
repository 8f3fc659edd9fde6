import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientView } from '#oauth/client-view.ts';
import { profileOf } from '#oauth/registered-client.ts';
import { newClient, webMetadata } from '#test/fakes/clients.ts';

test('what changed after it was approved is shown as such', () => {
  const decision = {
    is: 'approved' as const,
    profile: profileOf(webMetadata()),
    atMs: 1_000,
    by: { issuer: 'https://issuer.example', subject: 'ada' },
    record: 'a:1',
  };
  const policy = { domains: [], native: 'allow' as const, others: 'approve' as const };
  const { source: _source, ...client } = newClient('c-1');
  const shown = (name: string) =>
    clientView({ ...client, metadata: webMetadata(name), usedAtMs: undefined, askedAtMs: undefined, decision }, policy);
  const [same, other] = [shown('Chat'), shown('Payroll')];
  assert.deepEqual([same.standing, same.changed, same.decision?.at], ['allowed', false, '1970-01-01T00:00:01.000Z']);
  assert.deepEqual([other.standing, other.changed], ['waiting', true]);
});
