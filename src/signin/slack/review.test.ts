import assert from 'node:assert/strict';
import { test } from 'node:test';
import { err } from '#result.ts';
import { within } from '#signin/slack/review.ts';
import { until } from '#test/e2e/until.ts';
import { LATCHED } from '#test/fakes/ledger.ts';
import { ASKED_ID, ISSUER, startSlackSite } from '#test/fakes/slack-site.ts';
import type { SlackSite } from '#test/fakes/slack-site.ts';

/** Presses; nothing opens; gives what that member alone is told. */
async function refused(started: SlackSite, user: string, words: RegExp, approval = ASKED_ID): Promise<void> {
  const { slack, told, press } = started;
  const opened = slack.modals.length;
  assert.deepEqual(await press(user, approval), { status: 200, json: undefined });
  await until(() => words.test(told(user)));
  assert.equal(slack.modals.length, opened);
}

test('that somebody reads what is asked is in the book before Slack has a word of it', async (t) => {
  const started = await startSlackSite(t);
  const { slack, site, opened } = started;
  await opened('U0LENA');
  const [read] = site.parts.gateway.ledger.entries;
  assert.equal(read?.st, 'approval_read');
  const { header } = read;
  for (const part of [`"approval":"${ASKED_ID}"`, '"through":"slack"', '"user":"U0LENA"', '"subject":"lena"'])
    assert.ok(header.includes(part), `${part} in ${header}`);
  site.parts.gateway.ledger.refusing = () => LATCHED;
  const before = slack.calls.length;
  await refused(started, 'U0LENA', /has to be recorded/);
  assert.deepEqual(slack.calls.slice(before), ['chat.postEphemeral']);
});

test('clicker who is the requester: nobody decides what they ask for themselves', async (t) => {
  const started = await startSlackSite(t);
  started.person('ada', ['okta:leads'], 'U0ADA');
  await refused(started, 'U0ADA', /Nobody decides what they ask for/);
  assert.deepEqual(started.refusals(), ['own_request']);
});

test('clicker no approver: what is not theirs is not there, just as what never was', async (t) => {
  const started = await startSlackSite(t);
  started.person('eve', ['okta:everyone'], 'U0EVE');
  await refused(started, 'U0EVE', /There is no such request/);
  const [first] = started.slack.ephemerals;
  await refused(started, 'U0LENA', /There is no such request/, `apr_${'z'.repeat(26)}`);
  assert.equal(started.slack.ephemerals[1]?.text, first?.text);
  assert.deepEqual(started.site.acts(), []);
});

test('an auditor looks on, and does not decide', async (t) => {
  const started = await startSlackSite(t);
  started.person('ann', ['okta:leads', 'okta:audit'], 'U0ANN');
  await refused(started, 'U0ANN', /Auditors look on/);
});

test('unlinked clicker: is offered a link, alone, and learns nothing of the request', async (t) => {
  const started = await startSlackSite(t);
  await refused(started, 'U0NOBODY', /not linked to anybody here\. <http:\/\/127\.0\.0\.1:\d+\/me\/slack\/[\w-]+\|/);
  assert.equal(/delete_customer|customers|ada/.test(started.told('U0NOBODY')), false);
  assert.deepEqual(started.refusals(), ['unlinked']);
});

test('whoever is not signed in here has no rights here, whatever Slack says of them', async (t) => {
  const started = await startSlackSite(t);
  started.people.set('U0GRACE', { issuer: ISSUER, subject: 'grace' });
  await refused(started, 'U0GRACE', /You are not signed in here.*\/signin\?to=%2Fme/);
});

test('a request that is over is told to be over', async (t) => {
  const started = await startSlackSite(t);
  started.site.clock.nowMs += 10 * 60_000;
  await refused(started, 'U0LENA', /nobody decided in time/);
});

test('what cannot be shown cannot be agreed to', async (t) => {
  const started = await startSlackSite(t);
  const { parts } = started;
  const read = (asked: typeof parts.history.asked) => Object.assign(parts, { history: { ...parts.history, asked } });
  read(async () => err('damaged'));
  await refused(started, 'U0LENA', /do not agree/);
  read(async () => err('not_indexed'));
  await refused(started, 'U0LENA', /cannot be shown yet/);
  read(() => Promise.reject(new Error('disk')));
  await refused(started, 'U0LENA', /cannot read its own state/);
});

test('what takes longer than Slack waits is given up, and goes on for whoever asks next', async () => {
  const never = new Promise<string>(() => undefined);
  assert.equal(await within(never, AbortSignal.abort()), 'too_slow');
  assert.equal(await within(Promise.resolve('here'), new AbortController().signal), 'here');
  await assert.rejects(within(Promise.reject(new Error('broken')), new AbortController().signal), /broken/);
});
