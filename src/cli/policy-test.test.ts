import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { register } from '#cli/policy-test.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const CONFIG = `version: 1
deployment: acme
issuers: { okta: { preset: okta, issuer: "https://acme.okta.com" } }
connections: { c: { upstream: { type: http, url: "https://mcp.example.net/mcp" }, credential: { type: bearer, secret: env:NOT_SET } } }
levels: { read: { allow: ["tools/call:get_*", "resources/read:*"], deny: ["tools/call:get_secret"] }, spare: { allow: ["prompts/*"] } }
grants:
  - { groups: ["okta:dev"], connections: [c], level: read }
  - { groups: ["okta:nobody"], connections: [c], level: spare }
rules:
  - { name: late, when: 'now.getHours() >= 20', then: deny }
  - { name: hold-big, when: 'method == "tools/call" && has(args.n) && args.n > 9007199254740992', then: hold }
  - { name: often, when: 'recent.tool.minute > 4 || recent.denied.hour > 2', then: deny }
`;
const CALLERS = `version: 1
callers: { dev: { namespace: okta, groups: ["okta:dev"] }, other: { namespace: okta } }
defaults: { connection: c, method: tools/call }
`;

async function policyTest(t: TestContext, tests: string, ...more: readonly string[]) {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'gatebook.yaml'), CONFIG);
  writeFileSync(join(cwd, 'tests.yaml'), tests);
  return runCommand(register, ['policy', 'test', 'tests.yaml', ...more], { cwd });
}

test('the example passes against the example configuration and comes to all of it but what it says', async () => {
  const root = join(import.meta.dirname, '../..');
  const files = ['docs/examples/policy-tests.yaml', '--config', 'docs/examples/gatebook.yaml'];
  const run = await runCommand(register, ['policy', 'test', ...files, '--coverage'], { cwd: root });
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.match(
    run.stdout,
    /^covered: 4 of 4 grants, 7 of 7 patterns, 3 of 3 rules\n33 cases: 33 passed, 0 failed; policy [0-9a-f]{16}\n$/,
  );
});

test('the example in the documentation is a valid file', async (t) => {
  const root = join(import.meta.dirname, '../..');
  const document = readFileSync(join(root, 'docs/POLICY-TESTS.md'), 'utf8');
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(document) ?? [];
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'tests.yaml'), yaml);
  const run = await runCommand(
    register,
    ['policy', 'test', 'tests.yaml', '--config', join(root, 'docs/examples/gatebook.yaml')],
    { cwd },
  );
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /^8 cases: 8 passed/);
});

test('a case that comes out otherwise is one line with its place, and the steps below it', async (t) => {
  const run = await policyTest(
    t,
    `${CALLERS}cases:
  - { caller: dev, name: get_a, expect: allow }
  - { title: secrets, caller: dev, name: get_secret, expect: allow }
tables: [{ calls: [get_a, put], expect: { other: [deny, deny], dev: [allow, allow] } }]
`,
  );
  assert.equal(run.code, 1);
  const lines = run.stdout.split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('FAIL')),
    [
      'FAIL tests.yaml:6:5: dev tools/call "get_secret" on c (secrets): expected allow, got deny: denied_by_level',
      'FAIL tests.yaml:7:77: dev tools/call "put" on c: expected allow, got deny: not_permitted',
    ],
  );
  assert.equal(lines[1], '  grants[0] gives level read (groups okta:dev)');
  assert.match(run.stdout, / {2}level read denies it by the pattern tools\/call:get_secret\n/);
  assert.match(run.stdout, /\n6 cases: 4 passed, 2 failed; policy [0-9a-f]{16}\n$/);
});

test('what is expected besides the effect must come out too', async (t) => {
  for (const [expected, difference] of [
    ['expect: deny, reason: no_grant', undefined],
    ['expect: deny, reason: not_permitted', 'expected reason not_permitted, got no_grant'],
    ['expect: deny, rule: late', 'expected rule late, got none'],
    ['expect: hold, level: read', 'expected hold, got deny; expected level read, got none'],
  ] as const) {
    const run = await policyTest(t, `${CALLERS}cases: [{ caller: other, name: x, ${expected} }]`);
    assert.equal(run.code, difference === undefined ? 0 : 1, expected);
    if (difference !== undefined) assert.ok(run.stdout.includes(`: ${difference}: no_grant`), run.stdout);
  }
});

test('time, whole messages and exact numbers are as the gateway would have them', async (t) => {
  const big = (n: string) =>
    `'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_a","arguments":{"n":${n}}}}'`;
  const run = await policyTest(
    t,
    `${CALLERS}cases:
  - { caller: dev, name: get_a, at: "2026-01-05T19:59:59Z", expect: allow }
  - { caller: dev, name: get_a, at: "2026-01-05T20:00:00Z", expect: deny, rule: late }
  - { caller: dev, request: ${big('9007199254740993')}, expect: hold, rule: hold-big }
  - { caller: dev, request: ${big('9007199254740992')}, expect: allow }
  - { caller: dev, request: '{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}', expect: deny, reason: duplicate_key }
  - { caller: dev, request: { jsonrpc: "2.0", id: 1, method: response }, expect: deny, reason: invalid_request }
  - { caller: dev, request: "[]", expect: deny, reason: batch }
  - { caller: dev, name: "", expect: deny, reason: invalid_request }
  - { caller: dev, method: resources/read, name: "file:///a/../b", expect: deny, reason: unsafe_uri }
  - { caller: dev, method: completion/complete, arguments: { ref: { type: ref/resource, uri: "a:{b}" } }, expect: allow }
  - { caller: dev, method: notifications/initialized, expect: allow, reason: implicit }
`,
  );
  assert.equal(run.code, 0, run.stdout + run.stderr);
});

test('what no case came to is listed', async (t) => {
  const run = await policyTest(t, `${CALLERS}cases: [{ caller: dev, name: get_a, expect: allow }]`, '--coverage');
  assert.equal(
    run.stdout.replace(/policy .*/, ''),
    `not covered: grants[1]
not covered: levels.read.allow[1] resources/read:*
not covered: levels.read.deny[0] tools/call:get_secret
not covered: levels.spare.allow[0] prompts/*
not covered: rules.late
not covered: rules.hold-big
not covered: rules.often
covered: 1 of 2 grants, 1 of 4 patterns, 0 of 3 rules
1 case: 1 passed, 0 failed; \n`,
  );
});

test('as JSON: every case with its decision and the steps to it', async (t) => {
  const run = await policyTest(
    t,
    `${CALLERS}cases: [{ caller: dev, name: get_a, expect: deny }]`,
    '--json',
    '--coverage',
  );
  assert.equal(run.code, 1);
  const report = JSON.parse(run.stdout) as {
    ok: boolean;
    failed: number;
    coverage: { grants: { total: number } };
    cases: { line: number; expected: object; actual: object; explanation: { grants: object[] } }[];
  };
  assert.deepEqual([report.ok, report.failed, report.coverage.grants.total], [false, 1, 2]);
  const [one] = report.cases;
  assert.deepEqual(one?.actual, { effect: 'allow', reason: 'permitted', level: 'read' });
  assert.deepEqual([one?.line, one?.expected, one?.explanation.grants.length], [4, { effect: 'deny' }, 2]);
});

test('a file, configuration or option that cannot be used ends with code 2', async (t) => {
  const wrong = await policyTest(t, `${CALLERS}cases: [{ caller: dve, name: get_a, expect: allow }]`);
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.stderr,
    /^tests\.yaml:4:\d+: cases\[0\]\.caller: there is no caller "dve"; name one of: dev, other\n1 problem\n$/,
  );
  assert.equal((await policyTest(t, CALLERS, '--config', 'none.yaml')).code, 2);
  const missing = await runCommand(register, ['policy', 'test', 'none.yaml'], { cwd: temporaryDirectory(t) });
  assert.equal(missing.code, 2);
  const json = await policyTest(t, `${CALLERS}cases: []`, '--json');
  assert.deepEqual([json.code, (JSON.parse(json.stdout) as { ok: boolean }).ok], [2, false]);
});

test('a case says what its caller did before; a call of the last minute is one of the last hour', async (t) => {
  const run = await policyTest(
    t,
    `${CALLERS}cases:
  - { caller: dev, name: get_a, expect: allow }
  - { caller: dev, name: get_a, recent: { tool: { minute: 4 }, denied: { hour: 2 } }, expect: allow }
  - { caller: dev, name: get_a, recent: { tool: { minute: 5 } }, expect: deny, rule: often }
  - { caller: dev, name: get_a, recent: { denied: { minute: 3 } }, expect: deny, rule: often }
`,
  );
  assert.equal(run.code, 0, run.stdout + run.stderr);
  const wrong = await policyTest(
    t,
    `${CALLERS}cases: [{ caller: dev, name: a, recent: { days: 1 }, expect: allow }]\n`,
  );
  assert.equal(wrong.code, 2);
});
