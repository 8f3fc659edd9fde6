import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '#config/load.ts';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const TEXT = `
version: 1
deployment: acme
issuers: { okta: { preset: okta, issuer: https://acme.okta.test } }
approvals:
  notify:
    hook: { type: webhook, url: "https://hooks.test/x", secret: env:KEY, previousSecret: env:KEY }
    teams: { type: teams, url: env:TEAMS }
    relay: { type: email, smtp: { host: 127.0.0.1, port: 25 }, from: gatebook@acme.test, to: [sec@acme.test] }
    mail: { type: email, smtp: { host: mail.test, port: 465, security: tls, username: u, password: env:P }, from: a@b.test, to: [c@d.test] }
    chat: { type: slack, token: env:P, signingSecret: env:P, team: T0123456789, channel: C0123456789, people: { U0123: "okta:00u1" } }
`;
const env = { KEY, TEAMS: 'https://flow.test/?sig=1', P: 'hunter2' };
const source = {
  file: '/etc/gatebook/gatebook.yaml',
  text: TEXT,
  env,
  readFile: (): string => {
    throw new Error('no file');
  },
};

test('every kind of notifier is made of what is configured and of the secrets found for it', () => {
  const loaded = loadConfig(source);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const byName = new Map(loaded.value.notifiers.map((one) => [one.name, one] as const));
  assert.deepEqual([...byName.keys()], ['hook', 'teams', 'relay', 'mail', 'chat']);
  const hook = byName.get('hook');
  assert.ok(hook?.kind === 'webhook');
  assert.equal(hook.url.reveal(), 'https://hooks.test/x');
  assert.deepEqual(
    hook.secrets.map((secret) => secret.reveal()),
    [KEY, KEY],
  );
  const teams = byName.get('teams');
  assert.ok(teams?.kind === 'teams');
  assert.equal(teams.url.reveal(), env.TEAMS);
  const relay = byName.get('relay');
  assert.ok(relay?.kind === 'email');
  assert.deepEqual([relay.port, relay.security, relay.login, relay.ca], [25, 'starttls', undefined, undefined]);
  const mail = byName.get('mail');
  assert.ok(mail?.kind === 'email');
  assert.deepEqual([mail.security, mail.login?.username, mail.login?.password.reveal()], ['tls', 'u', 'hunter2']);
  const chat = byName.get('chat');
  assert.ok(chat?.kind === 'slack');
  assert.deepEqual([...chat.people], [['U0123', { issuer: 'https://acme.okta.test', subject: '00u1' }]]);
  assert.equal(chat.api.href, 'https://slack.com/api/');
  assert.doesNotMatch(JSON.stringify(loaded.value.notifiers), /hunter2|sig=1|whsec/);
});

test('where the secrets are not looked up, nobody is told anything', () => {
  const loaded = loadConfig({ ...source, env: {}, withoutSecrets: true });
  assert.ok(loaded.ok);
  assert.deepEqual(
    loaded.value.notifiers.map(({ name }) => name),
    ['relay'],
  );
});

test('a member of Slack who is said to be of an unknown issuer is complained about where it stands', () => {
  const loaded = loadConfig({ ...source, text: TEXT.replace('okta:00u1', 'entra:00u1') });
  assert.equal(loaded.ok, false);
  assert.deepEqual(!loaded.ok && loaded.error.map(({ path, message }) => `${path}: ${message}`), [
    'approvals.notify.chat.people.U0123: there is no issuer "entra"',
  ]);
});
