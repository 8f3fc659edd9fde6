import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { register } from '#cli/config-explain.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const CONFIG = `version: 1
deployment: acme
issuers: { okta: { preset: okta, issuer: "https://acme.okta.com" } }
connections:
  github:
    upstream: { type: http, url: "https://mcp.example.net/mcp" }
    credential: { type: bearer, secret: env:TOKEN }
  notes:
    upstream: { type: stdio, command: x, env: { DATABASE_URL: "postgres://u:hunter2@h/d" } }
levels: { read: { allow: ["tools/call:get_*"], deny: ["tools/call:get_secret"] } }
grants:
  - { groups: ["okta:dev"], connections: [github], level: read }
  - { subjects: ["okta:bob"], connections: [github], level: read }
rules:
  - { name: hold-big, when: 'method == "tools/call" && has(args.n) && args.n > 9007199254740992', then: hold }
  - { name: fine, when: "true", then: allow }
  - { name: frozen, when: 'name == "get_frozen" && now.getFullYear() == 2026', then: deny }
masking:
  inline: { detectors: [CREDIT_CARD], operator: redact, connections: [github] }
  rules:
    - { entities: [US_SSN], direction: request, operator: block }
    - { entities: [EMAIL_ADDRESS], pointers: ["/**/support"], exempt: true }
`;
const CALLER = { namespace: 'okta', subject: 'ann', groups: ['okta:dev'] };
const call = (name: string, args = '{}') =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`;

async function explain(t: TestContext, options: { caller?: unknown; call?: string; args?: readonly string[] }) {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'gatebook.yaml'), CONFIG);
  writeFileSync(join(cwd, 'caller.json'), JSON.stringify(options.caller ?? CALLER));
  writeFileSync(join(cwd, 'call.json'), options.call ?? call('get_a'));
  return runCommand(
    register,
    ['config', 'explain', ...(options.args ?? ['--caller', 'caller.json', '--call', 'call.json'])],
    {
      cwd,
      env: { TOKEN: 'sesame-value' },
    },
  );
}

test('every value is printed with the line it comes from, secrets hidden', async (t) => {
  const run = await explain(t, { args: [] });
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /^connections\.github\.credential\.secret: \[secret\] from env:TOKEN {2}# line 7$/m);
  assert.match(run.stdout, /^server\.listen: "127\.0\.0\.1:8420" {2}# default$/m);
  assert.match(run.stdout, /^limits\.messageBytes: 16777216 {2}# default$/m);
  assert.doesNotMatch(run.stdout, /sesame|hunter2/);
});

test('a decision is printed with its whole trace, for every connection or for the one named', async (t) => {
  const run = await explain(t, { call: call('get_a', '{"n":9007199254740993}') });
  assert.match(
    run.stdout,
    /^HOLD tools\/call "get_a" on github: .*\n {2}grants\[0\] gives level read \(groups okta:dev\)\n {2}grants\[1\] gives nothing: subjects okta:bob: the caller has none of them\n {2}level read allows it by the pattern tools\/call:get_\*\n {2}rule hold-big \(hold\) matched\n {2}rule fine \(allow\) not asked: rule hold-big ended the search\n {2}rule frozen \(deny\) not matched\nDENY tools\/call "get_a" on notes: no grant/,
  );
  const one = await explain(t, {
    call: call('get_secret'),
    args: ['--caller', 'caller.json', '--call', 'call.json', '--connection', 'github', '--json'],
  });
  const { decisions } = JSON.parse(one.stdout) as {
    decisions: {
      connection: string;
      effect: string;
      reason: string;
      trace: unknown[];
      explanation: { grants: unknown[]; levels: unknown[]; rules: unknown[] };
    }[];
  };
  assert.deepEqual(
    decisions.map(({ connection, effect, reason }) => [connection, effect, reason]),
    [['github', 'deny', 'denied_by_level']],
  );
  const { explanation } = decisions[0] ?? {};
  assert.deepEqual([explanation?.grants.length, explanation?.levels.length, explanation?.rules.length], [2, 1, 3]);
});

test('a call is judged as of the time given', async (t) => {
  for (const [at, effect] of [
    ['2026-12-31T23:59:59Z', 'DENY'],
    ['2027-01-01T00:00:00Z', 'ALLOW'],
  ] as const) {
    const args = ['--caller', 'caller.json', '--call', 'call.json', '--connection', 'github', '--at', at];
    const run = await explain(t, { call: call('get_frozen'), args });
    assert.equal(run.stdout.split(' ')[0], effect);
  }
});

const POINTED = ['--caller', 'caller.json', '--call', 'call.json', '--connection', 'github', '--pointer'] as const;

test('a place of a call is explained: each entity, each copy, the exemption, and what was found there', async (t) => {
  const pointed = call('get_a', '{"support":"ada@acme.com and 4012888888881881","t":"{\\"in\\":1}"}');
  const run = await explain(t, { call: pointed, args: [...POINTED, '/params/arguments/support'] });
  assert.equal(run.code, 0, run.stderr);
  const [decision = '', masking = ''] = run.stdout.split('MASKING ');
  assert.match(decision, /^ALLOW /);
  const lines = masking.split('\n');
  assert.equal(lines[0], '/params/arguments/support of tools/call "get_a" on github');
  for (const line of [
    'a string stands there',
    'CREDIT_CARD: in the book redact (never looser than the copy of the caller), upstream redact (masking.inline)',
    'EMAIL_ADDRESS: in the book exempt (masking.rules[1]), upstream exempt (masking.rules[1])',
    'US_SSN: blocks the message (masking.rules[0])',
    'URL: not looked for',
    'masking.rules[0] applies here',
    'in this call: CREDIT_CARD (card-number)',
  ])
    assert.ok(lines.includes(`  ${line}`), `${line}\n${masking}`);
  assert.ok(!masking.includes('in this call: EMAIL'), 'what is exempt is no finding');
  const inside = await explain(t, { call: pointed, args: [...POINTED, '/params/arguments/t/in'] });
  assert.match(inside.stdout, /^MASKING \/params\/arguments\/t of/m, 'JSON in a string is judged where the string is');
});

test('a place of the answer is explained by the rules for answers, as text and as JSON', async (t) => {
  const args = [...POINTED, '/result/content/0/support', '--answer'];
  const run = await explain(t, { args });
  assert.match(run.stdout, /^MASKING \/result\/content\/0\/support of the answer to tools\/call "get_a" on github$/m);
  assert.match(
    run.stdout,
    /^ {2}IBAN_CODE, .*US_SSN.*: in the book token \(masking\.store\), to the caller as it came$/m,
  );
  assert.match(run.stdout, /^ {2}masking\.rules\[0\] is for the other direction$/m);
  assert.doesNotMatch(run.stdout, /stands there/);
  const json = await explain(t, { args: [...args, '--json'] });
  const { decisions } = JSON.parse(json.stdout) as {
    decisions: {
      isBlocked: boolean;
      pointer: { direction: string; entities: { entity: string; blocks: boolean }[] };
    }[];
  };
  assert.equal(decisions[0]?.isBlocked, false);
  assert.equal(decisions[0]?.pointer.direction, 'response');
  assert.equal(decisions[0]?.pointer.entities.find(({ entity }) => entity === 'US_SSN')?.blocks, false);
});

test('a call that masking would block is told as refused, with what blocks it', async (t) => {
  const run = await explain(t, { call: call('get_a', '{"note":"SSN 536-90-4399"}'), args: POINTED.slice(0, 6) });
  assert.match(run.stdout, /^DENY tools\/call "get_a" on github: masking blocks it, although a level permits it/);
  assert.match(run.stdout, /^ {2}masking blocks the message for US_SSN at \/params\/arguments\/note \(ssn\)$/m);
});

test('a caller or call that cannot be read is a usage error that says what is wrong', async (t) => {
  for (const [options, message] of [
    [{ caller: { namespace: 'entra', subject: 'a' } }, /name one of the configured issuers/],
    [{ caller: { namespace: 'okta' } }, /subject/],
    [{ caller: { namespace: 'okta', subject: 'a', email: 'x' } }, /email/],
    [{ call: '[]' }, /batch/],
    [{ call: '{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"ping"}' }, /a key is repeated/],
    [{ args: ['--caller', 'caller.json'] }, /go together/],
    [{ args: ['--caller', 'caller.json', '--call', 'call.json', '--connection', 'x'] }, /there is no connection "x"/],
    [{ args: ['--caller', 'caller.json', '--call', 'call.json', '--at', 'noon'] }, /--at is no time/],
    [{ args: ['--pointer', '/a'] }, /--pointer goes with/],
    [{ args: [...POINTED, 'a'] }, /--pointer: this pointer does not begin with/],
    [{ args: [...POINTED.slice(0, 4), '--answer'] }, /--answer goes with --pointer/],
    [{ args: [...POINTED, '/a', '--answer'], call: '{"jsonrpc":"2.0","method":"a/b"}' }, /only a request is answered/],
    [{ args: ['--caller', 'none.json', '--call', 'call.json'] }, /does not exist/],
  ] as const) {
    const run = await explain(t, options);
    assert.equal(run.code, 2);
    assert.match(run.stderr, message);
  }
});
