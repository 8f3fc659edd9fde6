import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileOf } from '#oauth/registered-client.ts';
import { waitingAnswer } from '#signin/waiting-client.ts';
import { newClient, webMetadata } from '#test/fakes/clients.ts';
import { signInParts } from '#test/fakes/sign-in.ts';

const BY = { issuer: 'https://issuer.example', subject: 'ada' };
const CLIENT = { id: 'c-1', name: '<b>Chat</b>' };

async function rig(domains: readonly string[] = []) {
  const parts = signInParts({}, { signIn: { clients: { domains } } });
  await parts.clientStore.keep(newClient('c-1'));
  return parts;
}

test('who comes with a client that waits is told its id, and is put before the admins when they are known', async () => {
  const parts = await rig();
  const answer = (await waitingAnswer(CLIENT, false, parts)) ?? assert.fail('let through');
  assert.equal(answer.status, 403);
  assert.match(answer.body, /gatebook clients approve c-1/);
  assert.equal(answer.body.includes('<b>Chat'), false);
  assert.equal(parts.clientStore.rows.get('c-1')?.askedAtMs, undefined);
  await waitingAnswer(CLIENT, true, parts);
  assert.equal(parts.clientStore.rows.get('c-1')?.askedAtMs, parts.clock());
});

test('one that is approved goes on, one that changed since says so, one that is denied or gone is refused', async () => {
  const parts = await rig();
  const decide = (is: 'approved' | 'denied', profile: string) =>
    parts.clientStore.decide('c-1', { is, profile, atMs: 1, by: BY, record: 'a:1' });
  await decide('approved', profileOf(webMetadata()));
  assert.equal(await waitingAnswer(CLIENT, true, parts), undefined);
  await decide('approved', profileOf(webMetadata('Payroll')));
  assert.match((await waitingAnswer(CLIENT, true, parts))?.body ?? '', /it has changed since/);
  await decide('denied', '');
  assert.match((await waitingAnswer(CLIENT, true, parts))?.body ?? '', /not allowed here/);
  assert.match((await waitingAnswer({ id: 'c-9', name: 'x' }, true, parts))?.body ?? '', /not allowed here/);
  assert.equal(await waitingAnswer(CLIENT, true, await rig(['chat.example'])), undefined);
});
