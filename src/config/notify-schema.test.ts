import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notify } from '#config/notify-schema.ts';

const webhook = { type: 'webhook', url: 'https://hooks.test/x', secret: 'env:HOOK' };
const email = { type: 'email', smtp: { host: 'mail.test' }, from: 'gatebook@acme.test', to: ['sec@acme.test'] };
const slack = { type: 'slack', token: 'env:T', signingSecret: 'env:S', team: 'T0123456789', channel: 'C0123456789' };

const isTaken = (one: Record<string, unknown>): boolean => notify.safeParse({ one }).success;

test('each kind of notifier is written with as little as it needs, and gets its defaults', () => {
  const parsed = notify.parse({ hook: webhook, teams: { type: 'teams', url: 'env:TEAMS' }, mail: email, chat: slack });
  assert.deepEqual(parsed['mail'], {
    ...email,
    smtp: { host: 'mail.test', port: 587, security: 'starttls' },
  });
  assert.deepEqual(parsed['chat'], { ...slack, people: {}, api: 'https://slack.com/api/' });
  assert.deepEqual(notify.parse(undefined), {});
});

test('an address that could begin another header, another address or an option is no mail address', () => {
  for (const address of [
    'a@b.test\r\nBcc: evil@evil.test',
    'a@b.test, evil@evil.test',
    'a@b.test;evil@evil.test',
    '"a b"@b.test',
    'Name <a@b.test>',
    'a b@b.test',
    'a@b.test\u2028',
    'ä@b.test',
    'a@b@c.test',
    'a@-b.test',
    '@b.test',
    `${'a'.repeat(65)}@b.test`,
  ]) {
    assert.equal(isTaken({ ...email, to: [address] }), false, address);
    assert.equal(isTaken({ ...email, from: address }), false, address);
  }
  assert.ok(isTaken({ ...email, to: ["o'neil+mcp@sub.acme-corp.test"] }));
});

test('what belongs to another kind, to nobody, or to no channel is refused', () => {
  for (const one of [
    { ...webhook, channel: 'C0123456789' },
    { ...webhook, type: 'pager' },
    { ...slack, channel: '#approvals' },
    { ...slack, team: undefined },
    { ...slack, team: 'acme' },
    { ...slack, people: { jane: 'okta:00u1' } },
    { ...slack, people: { U0123: 'jane' } },
    { ...email, to: [] },
    { ...email, smtp: { host: 'mail.test', security: 'none' } },
    { ...email, smtp: { host: 'mail.test\n' } },
  ])
    assert.equal(isTaken(one), false, JSON.stringify(one));
  assert.ok(isTaken({ ...slack, people: { U0123: 'okta:00u1' } }));
});
