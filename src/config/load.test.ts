import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/load.ts';
import { problemText } from '#config/problem.ts';

const FILE = '/etc/gatebook/gatebook.yaml';
const MINIMAL = 'version: 1\ndeployment: acme\n';

/** The example of DESIGN section 6, which is a contract. */
const CONTRACT = `
version: 1
deployment: acme
server: { listen: 127.0.0.1:8420, publicUrl: https://mcp.example.com }
data: ./gatebook-data
keys: { master: file:/etc/gatebook/master.key }
issuers:
  okta:
    preset: okta
    issuer: https://acme.okta.com/oauth2/default
    audiences: [https://mcp.example.com]
    apiAudience: https://mcp.example.com/api
    groupsClaim: groups
connections:
  github:
    upstream: { type: http, url: https://mcp.example.net/mcp }
    credential: { type: bearer, secret: env:GITHUB_TOKEN }
    serverRequests: allow
  notes:
    upstream: { type: stdio, command: npx, args: [--no-install, mcp-server-memory], env: {}, cwd: . }
levels:
  read:  { allow: ["tools/call:get_*", "tools/call:list_*", "resources/*", "prompts/*"] }
  write: { extends: read, allow: ["tools/call:*"], deny: ["tools/call:delete_*"] }
grants:
  - { groups: ["okta:mcp-github-read"], connections: [github], level: read }
  - { clients: ["okta:0oa1ci2deployer"], connections: ["*"], level: write }
roles: { admin: ["okta:mcp-admins"], auditor: ["okta:audit"], approver: ["okta:mcp-approvers"] }
rules:
  - { name: hold-deletes, when: 'method == "tools/call" && name.startsWith("delete_")', then: hold, approvers: ["okta:mcp-approvers"] }
masking:
  store:  { detectors: default, operator: token }
  inline: { detectors: [CREDIT_CARD, US_SSN, SECRET], operator: token, connections: ["*"] }
limits: { messageBytes: 16777216 }
`;

const load = (text: string, env: Record<string, string> = { GITHUB_TOKEN: 't' }) =>
  loadConfig({
    file: FILE,
    text,
    env,
    readFile: (path) => {
      if (path === '/etc/gatebook/master.key') return 'master\n';
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    },
  });

function loaded(text: string): LoadedConfig {
  const result = load(text);
  assert.ok(result.ok, result.ok ? '' : result.error.map(problemText).join('\n'));
  return result.value;
}

function problems(text: string): readonly string[] {
  const result = load(text);
  assert.ok(!result.ok, 'the configuration was accepted');
  return result.error.map(
    (problem) => `${problem.line}:${problem.column} ${problem.path} ${problem.message}; ${problem.fix}`,
  );
}

test('the example of the contract loads, with its secrets resolved', () => {
  const { config, secrets, publicUrl, warnings } = loaded(CONTRACT);
  assert.equal(publicUrl, 'https://mcp.example.com');
  assert.equal(secrets.masterKey?.reveal(), 'master');
  assert.equal(secrets.credentials.get('github')?.reveal(), 't');
  assert.equal(config.levels['write']?.extends, 'read');
  assert.deepEqual(warnings.map(problemText), []);
});

test('what the file leaves out gets its default', () => {
  const { config, listen, publicUrl, limits, secrets } = loaded(MINIMAL);
  assert.deepEqual(listen, { host: '127.0.0.1', port: 8420 });
  assert.equal(publicUrl, 'http://127.0.0.1:8420');
  assert.equal(config.shard, 'a');
  assert.deepEqual(config.masking.store, { detectors: 'default', operator: 'token', fields: [] });
  assert.equal(config.masking.inline, undefined);
  assert.equal(limits.messageBytes, 16 * 1024 * 1024);
  assert.equal(secrets.masterKey, undefined);
});

test('relative paths in the file count from its folder', () => {
  const { config } = loaded(
    `${MINIMAL}data: book\nconnections:\n  n: { upstream: { type: stdio, command: x, cwd: servers } }\n`,
  );
  assert.equal(config.data, '/etc/gatebook/book');
  const upstream = config.connections['n']?.upstream;
  assert.ok(upstream?.type === 'stdio');
  assert.equal(upstream.cwd, '/etc/gatebook/servers');
});

test('every problem is reported at once, in the order of the file, each with its line and column', () => {
  const found = problems(`version: 1
deploymnt: acme
server: { listen: 0.0.0.0:8420, publicUrl: "https://mcp.example.com" }
issuers:
  okta: { preset: okta, issuer: "http://acme.okta.com" }
connections:
  github:
    upstream: { type: http, url: https://mcp.example.net/mcp }
    credential: { type: bearer, secret: ghp_in_clear }
levels:
  read: { extends: write }
  write: { extends: read }
grants:
  - { groups: ["entra:a"], connections: [gitlab], level: raed }
limits: { messageBytes: 1.5 }
`);
  assert.deepEqual(
    found.map((problem) => problem.split(' ').slice(0, 2).join(' ')),
    [
      '1:1 deployment',
      '2:1 deploymnt',
      '3:19 server.listen',
      '5:33 issuers.okta.issuer',
      '9:41 connections.github.credential.secret',
      '11:20 levels.read.extends',
      '12:21 levels.write.extends',
      '14:16 grants[0].groups[0]',
      '14:42 grants[0].connections[0]',
      '14:58 grants[0].level',
      '15:25 limits.messageBytes',
    ],
  );
  assert.doesNotMatch(found.join(), /ghp_in_clear/);
});

test('an unknown key is refused at every depth', () => {
  for (const [text, path] of [
    ['x: 1', 'x'],
    ['server: { port: 1 }', 'server.port'],
    ['masking: { store: { colour: red } }', 'masking.store.colour'],
    [
      'connections: { a: { upstream: { type: http, url: "https://a", retries: 3 } } }',
      'connections.a.upstream.retries',
    ],
    ['limits: { batchRecords: 1 }', 'limits.batchRecords'],
  ] as const) {
    const found = problems(`${MINIMAL}${text}\n`);
    assert.equal(found.length, 1, text);
    assert.match(found[0]!, new RegExp(`^3:\\d+ ${path.replaceAll('.', '\\.')} this key is unknown`));
  }
});

test('an option that does nothing in this version is refused rather than ignored', () => {
  const found = problems(`${MINIMAL}connections: { a: { upstream: { type: agent, agent: b } } }\n`);
  assert.ok(
    found.some((problem) => problem.includes('not available in this version')),
    found.join(),
  );
});

test('a server of the old HTTP+SSE transport is configured like one over HTTP, its certificates too', () => {
  const text =
    'connections: { a: { upstream: { type: sse, url: "https://a.example/sse" }, credential: { type: bearer, secret: env:GITHUB_TOKEN } } }';
  const { config } = loaded(`${MINIMAL}${text}\n`);
  assert.deepEqual(config.connections['a']?.upstream, { type: 'sse', url: 'https://a.example/sse' });
  const unreadable = text.replace('/sse" }', '/sse", tls: { ca: /nowhere/ca.crt } }');
  assert.match(problems(`${MINIMAL}${unreadable}\n`).join(), /connections\.a\.upstream\.tls\.ca/);
});

test('the policy version changes with what decides calls and with nothing else', () => {
  const base = loaded(CONTRACT);
  assert.match(base.policyVersion, /^[0-9a-f]{16}$/);
  const other = loaded(CONTRACT.replace('data: ./gatebook-data', 'data: ./elsewhere'));
  assert.equal(other.policyVersion, base.policyVersion);
  assert.notEqual(other.configVersion, base.configVersion);
  assert.equal(
    loaded(CONTRACT.replace('{ allow: ["tools/call:get_*", ', '{ deny: [], allow: ["tools/call:get_*",')).policyVersion,
    base.policyVersion,
  );
  for (const [from, to] of [
    ['"tools/call:delete_*"', '"tools/call:drop_*"'],
    ['level: write', 'level: read'],
    ['then: hold, approvers: ["okta:mcp-approvers"]', 'then: deny'],
    ['store:  { detectors: default, operator: token }', 'store:  { detectors: default, operator: redact }'],
  ] as const) {
    assert.ok(CONTRACT.includes(from));
    assert.notEqual(loaded(CONTRACT.replace(from, to)).policyVersion, base.policyVersion, to);
  }
});

test('what is no YAML, or no map, is refused with its place', () => {
  assert.match(problems('version: [1\n').join(), /correct the YAML/);
  assert.match(problems('').join(), /no configuration/);
  assert.match(problems('- a\n').join(), /no configuration/);
});

test('a stdio environment may not hold a secret in clear, and references in it are resolved', () => {
  const found = problems(
    `${MINIMAL}connections: { a: { upstream: { type: stdio, command: x, env: { DB_PASSWORD: hunter2 } } } }\n`,
  );
  assert.match(found.join(), /env\.DB_PASSWORD holds a secret in clear/);
  assert.doesNotMatch(found.join(), /hunter2/);
  const { secrets } = loaded(
    `${MINIMAL}connections: { a: { upstream: { type: stdio, command: x, env: { DB_PASSWORD: env:GITHUB_TOKEN, LANG: C } } } }\n`,
  );
  assert.equal(secrets.stdioEnv.get('a')?.get('DB_PASSWORD')?.reveal(), 't');
  assert.equal(secrets.stdioEnv.get('a')?.get('LANG')?.reveal(), 'C');
});

test('a credential that would break out of its header is refused', () => {
  const text = `${MINIMAL}connections: { a: { upstream: { type: http, url: "https://a.example" }, credential: { type: bearer, secret: env:T } } }\n`;
  const result = load(text, { T: 'a\r\nX-Evil: 1' });
  assert.ok(!result.ok);
  assert.match(result.error[0]!.message, /no HTTP header can carry/);
});

test('what becomes of media is said for each kind and copy, and what is not said stays as it is', () => {
  const { config } = loaded(`${MINIMAL}masking: { media: { send: { image: drop } } }\n`);
  assert.deepEqual(config.masking.media, {
    send: { image: 'drop', audio: 'allow', other: 'allow' },
    store: { image: 'hash', audio: 'hash', other: 'hash' },
  });
});

test('masking keys are named k2, k3, …, since k1 comes from the master key, and a bad one has line and column', () => {
  for (const [keys, message] of [
    ['{ k1: "env:K" }', /^\/etc\/gatebook\/gatebook\.yaml:3:\d+: keys\.masking\S*: .*k2, k3/],
    ['{ k02: "env:K" }', /k2, k3/],
    ['{ main: "env:K" }', /k2, k3/],
    ['{ k2: "env:K" }', /:3:24: keys\.masking\.k2: does not resolve to 32 bytes in base64; make one: openssl rand/],
    ['{ k2: "env:NONE" }', /:3:24: keys\.masking\.k2: .*NONE/],
  ] as const) {
    const result = load(`${MINIMAL}keys: { masking: ${keys} }\n`, { K: 'c2hvcnQ=' });
    assert.ok(!result.ok, keys);
    assert.match(result.error.map(problemText).join('\n'), message);
    assert.equal(JSON.stringify(result.error).includes('c2hvcnQ='), false);
  }
  const good = load(`${MINIMAL}keys: { masking: { k2: "env:K", k12: "env:K" } }\n`, {
    K: Buffer.alloc(32, 1).toString('base64'),
  });
  assert.ok(good.ok, JSON.stringify(good));
  assert.deepEqual([...good.value.secrets.maskingKeys.keys()], ['k2', 'k12']);
});
