import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LATCHED } from '#test/fakes/ledger.ts';
import { ASKED_ID, ISSUER, startSlackSite } from '#test/fakes/slack-site.ts';
import type { Heard } from '#test/fakes/slack.ts';

const wordsOf = ({ json }: Heard): string => {
  assert.equal(json?.['response_action'], 'errors');
  return (json['errors'] as Record<string, string>)['verdict'] ?? '';
};

test('a no needs no scope and ends it; the reason is masked before anybody has it', async (t) => {
  const { slack, opened, approval, parts } = await startSlackSite(t);
  const { masker } = parts;
  const maskStoredText = (text: string): string => text.replace('grace@example.com', '[EMAIL_ADDRESS]');
  Object.assign(parts, { masker: { ...masker, maskStoredText } });
  const heard = await slack.submit(await opened('U0LENA'), { verdict: 'deny', reason: 'ask grace@example.com first' });
  assert.deepEqual(heard.json, { response_action: 'clear' });
  assert.equal(approval().state, 'denied');
  assert.equal(approval().votes[0]?.reason, 'ask [EMAIL_ADDRESS] first');
});

test('argument swap between modal and submit: what changed since it was read is not agreed to', async (t) => {
  const { site, slack, opened, approval, refusals, parts } = await startSlackSite(t);
  const { approvalStore } = site.parts.gateway;
  const first = await opened('U0LENA');
  await approvalStore.replace(approval(), { ...approval(), fingerprint: new Uint8Array(32).fill(9) });
  assert.match(wordsOf(await slack.submit(first, { verdict: 'once' })), /changed since you read it/);
  // Also where the number of the revision is the same.
  const second = await opened('U0LENA');
  const before = parts.approvals;
  const swapped = (id: string) => {
    const found = before.find(id);
    return found === undefined ? undefined : { ...found, fingerprint: new Uint8Array(32).fill(8) };
  };
  Object.assign(parts, { approvals: { ...before, find: swapped } });
  assert.match(wordsOf(await slack.submit(second, { verdict: 'once' })), /changed since you read it/);
  assert.equal(approval().state, 'pending');
  assert.deepEqual(refusals(), ['changed_meanwhile']);
});

test('modal submitted after expiry: it is over, and stays over', async (t) => {
  const { site, slack, opened, approval } = await startSlackSite(t);
  const modal = await opened('U0LENA');
  site.clock.nowMs = approval().expiresMs;
  assert.match(wordsOf(await slack.submit(modal, { verdict: 'once' })), /nobody decided in time/);
  assert.equal(approval().votes.length, 0);
});

test('a modal that was open for too long says nothing any more', async (t) => {
  const { site, slack, opened } = await startSlackSite(t, { slackModalMs: 60_000 });
  const modal = await opened('U0LENA');
  site.clock.nowMs += 60_000;
  assert.match(wordsOf(await slack.submit(modal, { verdict: 'once' })), /open for too long/);
});

test("somebody else's modal decides nothing, however well it is signed", async (t) => {
  const { slack, opened, person, approval } = await startSlackSite(t);
  person('lars', ['okta:leads'], 'U0LARS');
  const modal = await opened('U0LENA');
  assert.match(wordsOf(await slack.submit({ ...modal, user: 'U0LARS' }, { verdict: 'once' })), /not opened for you/);
  const view = { ...modal.view, private_metadata: JSON.stringify({ id: ASKED_ID, revision: 1 }) };
  assert.match(wordsOf(await slack.submit({ ...modal, view }, { verdict: 'once' })), /not opened for you/);
  assert.equal(approval().state, 'pending');
});

test('whoever lost the group, the sign-in or the issuer’s word since they read it decides nothing', async (t) => {
  const { site, slack, opened, people, approval, issuer } = await startSlackSite(t);
  const modal = await opened('U0LENA');
  const submit = async (): Promise<string> => wordsOf(await slack.submit(modal, { verdict: 'once' }));
  const lena = site.signIns.get('lena-1') ?? assert.fail();
  site.signIns.set(lena.id, { ...lena, groups: ['okta:everyone'] });
  assert.match(await submit(), /There is no such request/);
  site.signIns.set(lena.id, { ...lena, endedAtMs: site.clock.nowMs });
  assert.match(await submit(), /You are not signed in/);
  site.signIns.set(lena.id, { ...lena, checkedAtMs: site.clock.nowMs - 15 * 60_000 });
  issuer.says = 'unreachable';
  assert.match(await submit(), /cannot be told at the moment/);
  people.delete('U0LENA');
  assert.match(await submit(), /not linked/);
  people.set('U0LENA', { issuer: ISSUER, subject: 'ada' });
  assert.match(await submit(), /not signed in/);
  assert.equal(approval().state, 'pending');
});

test('one yes of each: who sends the modal twice has said it once', async (t) => {
  const { slack, opened, approval } = await startSlackSite(t);
  const modal = await opened('U0LENA');
  const heard = await Promise.all([
    slack.submit(modal, { verdict: 'once', reason: 'one' }),
    slack.submit(modal, { verdict: 'once', reason: 'two' }),
  ]);
  assert.deepEqual(heard.map(({ json }) => String(json?.['response_action'])).toSorted(), ['clear', 'errors']);
  assert.equal(approval().votes.length, 1);
});

test('what cannot be recorded is not decided', async (t) => {
  const { site, slack, opened, approval } = await startSlackSite(t);
  const modal = await opened('U0LENA');
  site.parts.gateway.ledger.refusing = () => LATCHED;
  assert.match(wordsOf(await slack.submit(modal, { verdict: 'once' })), /has to be recorded/);
  assert.equal(approval().state, 'pending');
});
