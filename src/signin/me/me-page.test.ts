import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meBody, timeOf } from '#signin/me/me-page.ts';
import type { Me } from '#signin/me/me-view.ts';

const BAD = `"><script>alert(1)</script><img src=x onerror=alert(1)>'\`\u202e`;
const bad: Me = {
  login: BAD,
  issuer: `https://idp.example/${BAD}`,
  subject: BAD,
  groups: [`okta:${BAD}`],
  roles: ['admin', 'auditor'],
  signIns: [
    {
      id: 's1',
      signedInAtMs: 0,
      expiresAtMs: 1,
      isThis: true,
      browsers: [{ id: 'b1', browser: BAD, network: BAD, beganAtMs: 0, usedAtMs: 0, isThis: true }],
      clients: [
        { signIn: 's1', grant: 'g1', clientId: BAD, clientName: BAD, place: BAD, reaches: [BAD], givenAtMs: 0 },
      ],
    },
  ],
  slackLinks: [{ id: 'l1', notifier: BAD, team: BAD, user: BAD, linkedAtMs: 0 }],
  consents: [{ id: 'c1', clientId: BAD, clientName: BAD, place: BAD, reaches: BAD, givenAtMs: 0 }],
};

test('names of clients, groups, logins and browsers are text, whatever stands in them', () => {
  const { text } = meBody(bad, 'csrf');
  assert.doesNotMatch(text, /<script|<img|\u202e/);
  assert.equal(text.split('&lt;script&gt;').length - 1, 21);
  // An attribute ends where the template ends it.
  for (const [, label = ''] of text.matchAll(/aria-label="([^"]*)"/g)) assert.doesNotMatch(label, /[<>]/);
});

test('every form is one of ours, says what it ends, and has the token of the session', () => {
  const { text } = meBody(bad, 'the-token');
  const forms = [...text.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)];
  assert.deepEqual(
    forms.map(([, action, inside = '']) => [action, /name="act" value="([^"]*)"/.exec(inside)?.[1]]),
    [
      ['/signin/out', undefined],
      ['/me/end', 'session b1'],
      ['/me/end', 'grant s1 g1'],
      ['/me/end', 'sign_in s1'],
      ['/me/end', 'consent c1'],
      ['/me/end', 'slack l1'],
      ['/me/end', 'all'],
    ],
  );
  for (const [, , inside = ''] of forms) assert.match(inside, /name="csrf" value="the-token"/);
});

test('buttons are told apart by who only hears them, and times by machines', () => {
  const { text } = meBody({ ...bad, consents: [] }, 'csrf');
  for (const label of text.matchAll(/<button class="danger"( aria-label="[^"]+: [^"]+")?>/g)) assert.ok(label[1]);
  assert.equal(timeOf(0).text, '<time datetime="1970-01-01T00:00:00.000Z">1970-01-01 00:00 UTC</time>');
});

test('what was done is said where it is heard', () => {
  assert.match(meBody(bad, 'csrf', 'It has ended.').text, /<p class="note" role="status">It has ended\.<\/p>/);
  assert.doesNotMatch(meBody(bad, 'csrf').text, /role="status"/);
});
