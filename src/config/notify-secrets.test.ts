import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveNotify } from '#config/notify-secrets.ts';
import { pathText } from '#config/problem.ts';
import { createTestAuthority } from '#test/fakes/certificates.ts';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const { ca } = createTestAuthority();

const resolve = (notify: Record<string, unknown>, env: Record<string, string> = {}) =>
  resolveNotify(
    { approvals: { notify } },
    {
      env: { KEY, URL: 'https://flow.test/x?sig=hunter2', ...env },
      readFile: (path) => {
        if (path === '/etc/ca.pem') return ca;
        throw Object.assign(new Error('no file'), { code: 'ENOENT' });
      },
      folder: '/etc',
    },
  );

/** What is complained about, none of which may hold what a reference resolved to. */
function complaintsOf(notify: Record<string, unknown>, env: Record<string, string> = {}): readonly string[] {
  const { complaints } = resolve(notify, env);
  assert.doesNotMatch(JSON.stringify(complaints), /hunter2/);
  return complaints.map(({ path, message }) => `${pathText(path)}: ${message}`);
}

test('each secret is found under the notifier and the key it belongs to', () => {
  const { resolved, complaints } = resolve(
    {
      hook: { type: 'webhook', url: 'https://hooks.test/x', secret: 'env:KEY', previousSecret: 'env:KEY' },
      teams: { type: 'teams', url: 'env:URL', tls: { ca: 'ca.pem' } },
      mail: { type: 'email', smtp: { username: 'u', password: 'env:P', tls: { ca: ['ca.pem'] } } },
      chat: { type: 'slack', token: 'env:T', signingSecret: 'env:S' },
    },
    { P: 'hunter2', T: 'xoxb-1', S: 'abc' },
  );
  assert.deepEqual(complaints, []);
  const revealed = [...resolved.secrets].map(([name, found]) => [
    name,
    [...found].map(([key, secret]) => `${key}=${secret.reveal()}`),
  ]);
  assert.deepEqual(revealed, [
    ['hook', ['url=https://hooks.test/x', `secret=${KEY}`, `previousSecret=${KEY}`]],
    ['teams', ['url=https://flow.test/x?sig=hunter2']],
    ['mail', ['password=hunter2']],
    ['chat', ['token=xoxb-1', 'signingSecret=abc']],
  ]);
  assert.deepEqual([...resolved.authorities.keys()], ['teams', 'mail']);
  assert.match(resolved.authorities.get('mail') ?? '', /BEGIN CERTIFICATE/);
});

test('a secret in clear, one that is missing and an authority that cannot be read are complained about at their place', () => {
  assert.deepEqual(
    complaintsOf({
      hook: { type: 'webhook', url: 'env:NONE', secret: 'whsec_hunter2' },
      teams: { type: 'teams', url: 'https://flow.test/x?sig=hunter2' },
      mail: { type: 'email', smtp: { password: 'hunter2', tls: { ca: 'none.pem' } } },
    }),
    [
      'approvals.notify.hook.url: environment variable NONE is not set',
      'approvals.notify.hook.secret: holds a secret in clear',
      'approvals.notify.teams.url: holds a secret in clear',
      'approvals.notify.mail.smtp.password: holds a secret in clear',
      'approvals.notify.mail.smtp.tls.ca: file /etc/none.pem cannot be read (ENOENT)',
      'approvals.notify.mail.smtp.password: needs `username`',
    ],
  );
});

test('notices go nowhere in clear beyond loopback, and to no address with a password in it', () => {
  const hook = (url: string, env: Record<string, string> = {}) =>
    complaintsOf({ hook: { type: 'webhook', url, secret: 'env:KEY' } }, env);
  assert.deepEqual(hook('https://10.1.2.3/x'), []);
  assert.deepEqual(hook('http://127.0.0.1:1/x'), []);
  for (const url of ['http://hooks.test/x', 'ftp://127.0.0.1/', 'https://u:hunter2@hooks.test/', '/x', 'file:x'])
    assert.equal(hook(url).length, 1, url);
  assert.equal(hook('https://hooks.test/x?token=hunter2').length, 1);
  assert.deepEqual(hook('env:URL', { URL: 'https://hooks.test/x?token=hunter2' }), []);
  for (const url of [
    'http://hooks.test/hunter2',
    'ftp://127.0.0.1/hunter2',
    'https://u:hunter2@hooks.test/',
    'hunter2',
  ])
    assert.equal(hook('env:URL', { URL: url }).length, 1, url);
});

test('what webhooks are signed with has the form and the length that Standard Webhooks asks for', () => {
  const secret = (text: string) =>
    complaintsOf({ hook: { type: 'webhook', url: 'https://hooks.test/', secret: 'env:KEY' } }, { KEY: text });
  const base64 = (bytes: number): string => Buffer.alloc(bytes, 1).toString('base64');
  for (const bytes of [24, 32, 64]) assert.deepEqual(secret(`whsec_${base64(bytes)}`), [], String(bytes));
  for (const text of [
    base64(32),
    `whsec_${base64(23)}`,
    `whsec_${base64(65)}`,
    `whsec_${base64(32)}\n`.replace('\n', ' '),
    'whsec_hunter2hunter2hunter2hunter2hunter2',
  ])
    assert.equal(secret(text).length, 1, text);
});

test('a token that no header can carry, and an API of Slack in clear or without its slash, are complained about', () => {
  const slack = (one: Record<string, unknown>, T = 'xoxb-1') =>
    complaintsOf({ chat: { type: 'slack', token: 'env:T', signingSecret: 'env:T', ...one } }, { T });
  assert.deepEqual(slack({}), []);
  assert.deepEqual(slack({ api: 'http://127.0.0.1:9/api/' }), []);
  assert.equal(slack({}, 'xoxb hunter2\u0001').length, 1);
  for (const api of [
    'http://slack.test/api/',
    'https://slack.com/api',
    'https://slack.com/api/?x',
    'ftp://slack.com/api/',
  ])
    assert.equal(slack({ api }).length, 1, api);
});
