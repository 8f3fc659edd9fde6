import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clickerOf } from '#signin/slack/clicker.ts';
import { ISSUER, startSlackSite } from '#test/fakes/slack-site.ts';
import type { SlackSite } from '#test/fakes/slack-site.ts';
import { SLACK_TEAM } from '#test/fakes/slack.ts';

const MINUTE_MS = 60_000;
const memberOf = (user: string) => ({ notifier: 'ops', team: SLACK_TEAM, user });
const who = ({ parts }: SlackSite, user: string) => {
  const app = parts.apps.get('ops') ?? assert.fail();
  return clickerOf(memberOf(user), app, parts);
};
const faultOf = async (started: SlackSite, user: string): Promise<string | undefined> => {
  const found = await who(started, user);
  return found.ok ? undefined : found.error;
};

test('a member is whom gatebook.yaml names, whatever they linked, and their groups come from their sign-in', async (t) => {
  const started = await startSlackSite(t);
  await started.parts.links.link(memberOf('U0LENA'), { issuer: ISSUER, subject: 'eve' });
  const found = await who(started, 'U0LENA');
  assert.ok(found.ok);
  assert.deepEqual(found.value.decider, { issuer: ISSUER, subject: 'lena', groups: ['okta:leads'] });
});

test('a member who linked their account is who linked it, in this workspace alone', async (t) => {
  const started = await startSlackSite(t);
  started.person('grace', ['okta:leads']);
  await started.parts.links.link(memberOf('U0GRACE'), { issuer: ISSUER, subject: 'grace' });
  const found = await who(started, 'U0GRACE');
  assert.ok(found.ok && found.value.decider.subject === 'grace');
  const app = started.parts.apps.get('ops') ?? assert.fail();
  const elsewhere = await clickerOf({ ...memberOf('U0GRACE'), team: 'T0EVIL' }, app, started.parts);
  assert.deepEqual(elsewhere, { ok: false, error: 'unlinked' });
});

test('of many sign-ins the one that the issuer spoke of last counts, and what has ended does not', async (t) => {
  const started = await startSlackSite(t);
  const { site } = started;
  const groupsNow = async () => {
    const found = await who(started, 'U0LENA');
    return found.ok ? found.value.decider.groups : found.error;
  };
  site.clock.nowMs += MINUTE_MS;
  site.signIn('lena-late', 'lena', { groups: ['okta:everyone'] });
  assert.deepEqual(await groupsNow(), ['okta:everyone']);
  const late = site.signIns.get('lena-late') ?? assert.fail();
  site.signIns.set(late.id, { ...late, endedAtMs: site.clock.nowMs });
  assert.deepEqual(await groupsNow(), ['okta:leads']);
  site.clock.nowMs += 12 * 60 * MINUTE_MS;
  assert.equal(await groupsNow(), 'not_signed_in');
});

test('the issuer is asked again when its word is ten minutes old, and its no is one here', async (t) => {
  const started = await startSlackSite(t);
  const { site, issuer } = started;
  site.clock.nowMs += 10 * MINUTE_MS;
  issuer.says = 'unreachable';
  assert.equal(await faultOf(started, 'U0LENA'), undefined, 'for another five minutes');
  site.clock.nowMs += 5 * MINUTE_MS;
  assert.equal(await faultOf(started, 'U0LENA'), 'sign_in_unknown');
  issuer.says = 'holds';
  assert.equal(await faultOf(started, 'U0LENA'), undefined);
  site.clock.nowMs += 10 * MINUTE_MS;
  issuer.says = 'refused';
  // What it refused has ended.
  started.parts.signIns.end = async (id, atMs) => {
    const before = site.signIns.get(id) ?? assert.fail();
    site.signIns.set(id, { ...before, endedAtMs: atMs });
  };
  assert.equal(await faultOf(started, 'U0LENA'), 'not_signed_in');
});

test('people of an issuer that is configured no more are nobody', async (t) => {
  const started = await startSlackSite(t);
  Object.assign(started.parts, { identity: { ...started.parts.identity, trusts: () => false } });
  assert.equal(await faultOf(started, 'U0LENA'), 'not_signed_in');
});
