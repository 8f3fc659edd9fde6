import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/load.ts';
import { OPERATOR_LIMITS } from '#config/operator-limits.ts';
import { problemText } from '#config/problem.ts';
import { changedParts, restartNeeded } from '#config/reload-rules.ts';

const BASE = `version: 1
deployment: acme
server: { listen: 127.0.0.1:8420 }
data: ./data
keys: { master: env:MASTER }
issuers: { idp: { preset: okta, issuer: https://idp.example.com, audiences: [a] } }
connections:
  notes: { upstream: { type: http, url: https://notes.example.net/mcp }, credential: { type: bearer, secret: env:TOKEN } }
  tools: { upstream: { type: stdio, command: tool, env: { KEY: env:TOKEN } } }
levels: { use: { allow: ["tools/call:*"] } }
grants: [{ groups: ["idp:a"], connections: [notes], level: use }]
`;

function load(text: string, env: Record<string, string> = {}): LoadedConfig {
  const loaded = loadConfig({
    file: '/etc/gatebook/gatebook.yaml',
    text,
    env: { MASTER: 'm', TOKEN: 'token-1', ...env },
    readFile: () => 'none',
  });
  if (!loaded.ok) assert.fail(loaded.error.map(problemText).join('\n'));
  return loaded.value;
}

const before = load(BASE);
const changed = (from: string, to: string): LoadedConfig => {
  assert.ok(BASE.includes(from), from);
  return load(BASE.replace(from, to));
};

test('what holds sockets, files or keys needs a restart, and is named', () => {
  assert.deepEqual(restartNeeded(before, changed('deployment: acme', 'deployment: other')), ['deployment']);
  assert.deepEqual(restartNeeded(before, load(`${BASE}shard: b\n`)), ['shard']);
  assert.deepEqual(restartNeeded(before, changed('data: ./data', 'data: ./elsewhere')), ['data']);
  assert.deepEqual(restartNeeded(before, changed('127.0.0.1:8420', '127.0.0.1:8421')), ['server.listen']);
  assert.deepEqual(restartNeeded(before, changed('env:MASTER', 'env:TOKEN')), ['keys.master']);
  assert.deepEqual(restartNeeded(before, load(BASE, { MASTER: 'another' })), ['keys.master']);
  assert.deepEqual(restartNeeded(before, load(`${BASE}limits: { segmentBytes: 1048576, headerCount: 20 }\n`)), [
    'limits.headerCount',
    'limits.segmentBytes',
  ]);
});

test('what decides calls may change while the gateway runs', () => {
  for (const after of [
    changed('level: use', 'level: use, scopes: ["idp:x"]'),
    changed('tools/call:*', 'tools/call:get_*'),
    changed('https://idp.example.com', 'https://idp2.example.com'),
    changed('https://notes.example.net/mcp', 'https://notes2.example.net/mcp'),
    changed('{ listen: 127.0.0.1:8420 }', '{ listen: 127.0.0.1:8420, allowedOrigins: [https://a.example] }'),
    load(`${BASE}approvals: { waiting: refuse }\n`),
    load(`${BASE}masking: { store: { fields: [badge] } }\n`),
    load(`${BASE}limits: { drainMs: 1, messageBytes: 2048 }\n`),
    load(BASE, { TOKEN: 'token-2' }),
  ]) {
    assert.deepEqual(restartNeeded(before, after), []);
    assert.notDeepEqual(changedParts(before, after), []);
  }
  assert.deepEqual(changedParts(before, load(BASE)), []);
});

test('notifiers come, change in any of their parts and go while the gateway runs, and are named', () => {
  const key = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
  const notify = (text: string, secret = key(1)): LoadedConfig =>
    load(`${BASE}approvals: { notify: { ${text} } }\n`, { HOOK: secret, BOT: 'xoxb-1' });
  const hook = 'ops: { type: webhook, url: "https://hooks.test/a", secret: env:HOOK }';
  const slack =
    'chat: { type: slack, token: env:BOT, signingSecret: env:BOT, team: T0123, channel: C0123, people: { U01: "idp:a" } }';
  const first = notify(hook);
  for (const [from, to, part] of [
    [before, first, 'approvals.notify.ops (added)'],
    [first, notify(hook, key(2)), 'approvals.notify.ops'],
    [first, notify(hook.replace('/a', '/b')), 'approvals.notify.ops'],
    [first, before, 'approvals.notify.ops (removed)'],
    [notify(slack), notify(slack.replace('idp:a', 'idp:b')), 'approvals.notify.chat'],
    [before, load(`${BASE}approvals: { samePeople: [["idp:a", "idp:b"]] }\n`), 'approvals'],
  ] as const) {
    assert.deepEqual(restartNeeded(from, to), []);
    assert.deepEqual(changedParts(from, to), [part]);
  }
  assert.deepEqual(changedParts(first, notify(hook)), []);
  assert.doesNotMatch(JSON.stringify(changedParts(first, notify(hook, key(2)))), /whsec/);
});

test('masking keys come, change and go while the gateway runs, and are named; the master key does not', () => {
  const [one, other] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));
  const keys = (text: string, env: Record<string, string>): LoadedConfig =>
    load(BASE.replace('keys: { master: env:MASTER }', `keys: { master: env:MASTER, masking: ${text} }`), env);
  const first = keys('{ k2: env:K2 }', { K2: one ?? '' });
  const changes: readonly (readonly [LoadedConfig, LoadedConfig, string])[] = [
    [before, first, 'keys.masking.k2 (added)'],
    [first, keys('{ k2: env:K2 }', { K2: other ?? '' }), 'keys.masking.k2 (secret)'],
    [first, before, 'keys.masking.k2 (removed)'],
  ];
  for (const [from, to, part] of changes) {
    assert.deepEqual(restartNeeded(from, to), []);
    assert.deepEqual(changedParts(from, to), [part]);
  }
  assert.deepEqual(restartNeeded(first, { ...first, config: { ...first.config, keys: {} } }), ['keys.master']);
});

test('a part of the configuration that nobody listed here needs a restart', () => {
  const after = load(BASE);
  const later = { ...after, config: { ...after.config, invented: true } };
  assert.deepEqual(restartNeeded(before, later), ['invented']);
  const limits = { ...after, limits: { ...after.limits, invented: 1 } };
  assert.deepEqual(restartNeeded(before, limits), ['limits.invented']);
});

test('most limits need a restart: the ones that may change are few', () => {
  const free = Object.entries(OPERATOR_LIMITS).filter(([name, [, max]]) => {
    const after = load(`${BASE}limits: { ${name}: ${max - 1} }\n`);
    return restartNeeded(before, after).length === 0;
  });
  const names = free.map(([name]) => name);
  for (const name of ['messageBytes', 'drainMs', 'upstreamSockets', 'conditionCost']) assert.ok(names.includes(name));
  for (const name of ['sessions', 'callsInFlight', 'tokenCacheEntries', 'stdioProcesses', 'ledgerQueueRecords'])
    assert.equal(names.includes(name), false, name);
});

test('the parts that changed are named, their values are not', () => {
  const after = load(
    BASE.replace('notes.example.net', 'secret-host.example.net')
      .replace('  tools:', '  added: { upstream: { type: http, url: https://x.example.net/mcp } }\n  tools:')
      .replace('"idp:a"', '"idp:b"'),
    { TOKEN: 'token-2' },
  );
  const parts = changedParts(before, after);
  assert.deepEqual(parts, ['connections.notes', 'connections.tools (secret)', 'connections.added (added)', 'grants']);
  assert.doesNotMatch(parts.join(' '), /secret-host|token-/);
});

test('the list of what changed is bounded', () => {
  const many = Array.from({ length: 150 }, (_, at) => `  l${at}: { allow: ["ping"] }\n`).join('');
  const parts = changedParts(
    before,
    changed('levels: { use: { allow: ["tools/call:*"] } }', `levels:\n  use: { allow: ["tools/call:*"] }\n${many}`),
  );
  assert.equal(parts.length, 101);
  assert.equal(parts.at(-1), 'and 50 more');
});

test('service accounts come, go and change while the gateway runs, their credentials too', () => {
  const accounts = (account: string, env: Record<string, string> = {}): LoadedConfig =>
    load(`${BASE}serviceAccounts: { bot: { owner: "idp:ann", purpose: p${account} } }\n`, env);
  const secret = ', secret: env:BOT';
  const first = accounts(secret, { BOT: 'x'.repeat(32) });
  for (const [from, to, named] of [
    [before, accounts(''), 'serviceAccounts.bot (added)'],
    [accounts(''), before, 'serviceAccounts.bot (removed)'],
    [accounts(''), accounts(', until: 2027-01-01'), 'serviceAccounts.bot'],
    [first, accounts(secret, { BOT: 'y'.repeat(32) }), 'serviceAccounts.bot (credentials)'],
  ] as const) {
    assert.deepEqual(restartNeeded(from, to), []);
    assert.deepEqual(changedParts(from, to), [named]);
  }
  assert.deepEqual(changedParts(first, accounts(secret, { BOT: 'x'.repeat(32) })), []);
});
