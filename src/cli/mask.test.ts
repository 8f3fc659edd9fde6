import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { register } from '#cli/mask.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const run = async (args: readonly string[], stdin: string, cwd = '/') =>
  runCommand(register, ['mask', ...args], { cwd, stdin });

test('lines are masked one by one, with spans when they are asked for', async () => {
  const { code, stdout } = await run(['--spans'], '{"text":"ada@example.com"}\n\n{"doc":{"n":[1,"078-05-1120"]}}');
  assert.equal(code, 0);
  const [first, second] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.match(String(first?.['text']), /^\[EMAIL_ADDRESS:k1:[a-z2-7]{13}\]$/);
  assert.deepEqual(first?.['spans'], [{ start: 0, end: 15, type: 'EMAIL_ADDRESS', rule: 'email' }]);
  assert.deepEqual(second?.['spans'], [{ path: '/n/1', start: 0, end: 11, type: 'US_SSN', rule: 'ssn' }]);
  const plain = await run([], '{"text":"nothing"}\n');
  assert.equal(plain.stdout, '{"text":"nothing"}\n');
});

test('a bad line is an error in its place, the others are masked, and the code is 1', async () => {
  const { code, stdout } = await run([], 'oops\n{"text":"x"}\n');
  assert.equal(code, 1);
  const [first, second] = stdout.trim().split('\n');
  assert.equal((JSON.parse(first ?? '') as { line: number }).line, 1);
  assert.equal(second, '{"text":"x"}');
});

test('only the named detectors look, and an unknown one is refused', async () => {
  const { stdout } = await run(['--detectors', 'US_SSN'], '{"text":"ada@example.com 078-05-1120"}');
  assert.match(stdout, /^\{"text":"ada@example.com \[US_SSN:/);
  const refused = await run(['--detectors', 'NO_SUCH'], '');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /NO_SUCH/);
});

test('an explanation says what spoke for a finding', async () => {
  const { stdout } = await run(['--explain'], '{"text":"call 4155550123"}');
  const { spans } = JSON.parse(stdout) as { spans: readonly { score: number; reasons: readonly string[] }[] };
  assert.ok((spans[0]?.score ?? 0) > 0.5);
  assert.deepEqual(spans[0]?.reasons.includes('word before: call'), true);
});

test('with a configuration its fields and its key count: tokens are the same every time', async (t) => {
  const folder = temporaryDirectory(t);
  const key = join(folder, 'master.key');
  await writeFile(key, Buffer.alloc(32, 5).toString('base64'));
  await writeFile(
    join(folder, 'gatebook.yaml'),
    `version: 1\ndeployment: acme\nkeys: { master: "file:${key}" }\nmasking: { store: { detectors: [US_SSN, SECRET], fields: [magic] } }\n`,
  );
  const line = '{"doc":{"magic":"abc","mail":"ada@example.com","n":"078-05-1120"}}';
  const first = await run(['--config', 'gatebook.yaml'], line, folder);
  const second = await run(['--config', 'gatebook.yaml'], line, folder);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(first.stdout, second.stdout);
  assert.match(first.stdout, /"magic":"\[SECRET:k1:.{13}\]","mail":"ada@example.com","n":"\[US_SSN:/);
});

test('entities of masking.patterns can be asked for by name, and are looked for without being asked for', async (t) => {
  const folder = temporaryDirectory(t);
  const key = join(folder, 'master.key');
  await writeFile(key, Buffer.alloc(32, 5).toString('base64'));
  await writeFile(
    join(folder, 'gatebook.yaml'),
    `version: 1\ndeployment: acme\nkeys: { master: "file:${key}" }\nmasking:\n  store: { detectors: [US_SSN] }\n  patterns: [{ name: badge, pattern: "B-[0-9]{4}" }]\n`,
  );
  const line = '{"text":"B-1234 078-05-1120"}';
  for (const [args, expected] of [
    [[], /"\[BADGE:k1:.{13}\] \[US_SSN:/],
    [['--detectors', 'BADGE'], /"\[BADGE:k1:.{13}\] 078-05-1120"/],
    [['--detectors', 'US_SSN'], /"B-1234 \[US_SSN:/],
  ] as const) {
    const { stdout, stderr } = await run(['--config', 'gatebook.yaml', ...args], line, folder);
    assert.match(stdout, expected, stderr);
  }
  const without = await run(['--detectors', 'BADGE'], line);
  assert.match(without.stderr, /no detector is called BADGE/);
});

test('with a configuration an explanation says which rule gave each copy its operator, for the direction, tool, connection and groups asked about', async (t) => {
  const folder = temporaryDirectory(t);
  const key = join(folder, 'master.key');
  await writeFile(key, Buffer.alloc(32, 5).toString('base64'));
  await writeFile(
    join(folder, 'gatebook.yaml'),
    `version: 1
deployment: acme
keys: { master: "file:${key}" }
issuers: { okta: { preset: okta, issuer: "https://acme.okta.com" } }
connections: { crm: { upstream: { type: http, url: "https://crm.example/mcp" } } }
masking:
  inline: { detectors: [US_SSN], operator: redact, connections: [crm] }
  rules:
    - { entities: [EMAIL_ADDRESS], tools: ["find_*"], direction: response, operator: drop }
    - { entities: [EMAIL_ADDRESS], audience: { groups: ["okta:hr"] }, copy: inline, exempt: true }
    - { entities: [EMAIL_ADDRESS], direction: request, copy: inline, operator: block }
`,
  );
  type Copy = { readonly operator: string; readonly by: string };
  const explained = async (value: string, ...args: readonly string[]) => {
    const line = JSON.stringify({ doc: { v: value } });
    const { stdout, stderr } = await run(['--explain', '--config', 'gatebook.yaml', ...args], line, folder);
    assert.equal(stderr, '');
    const { spans } = JSON.parse(stdout) as { spans: readonly { store: Copy; inline: Copy }[] };
    return spans.map(({ store, inline }) => [store.operator, store.by, inline.operator, inline.by]);
  };
  const mail = 'ada@acme.com';
  const byDefault = 'masking.store';
  assert.deepEqual(await explained(mail), [['token', byDefault, 'pass', 'masking.inline']]);
  assert.deepEqual(await explained(mail, '--tool', 'find_it'), [
    ['drop', 'masking.rules[0]', 'drop', 'masking.rules[0]'],
  ]);
  assert.deepEqual(await explained(mail, '--groups', 'okta:x, okta:hr'), [
    ['token', byDefault, 'pass', 'masking.rules[1]'],
  ]);
  assert.deepEqual(await explained(mail, '--direction', 'request'), [
    ['block', 'never looser than the copy of the caller', 'block', 'masking.rules[2]'],
  ]);
  const ssn = '078-05-1120';
  assert.deepEqual(await explained(ssn, '--connection', 'crm'), [
    ['redact', 'never looser than the copy of the caller', 'redact', 'masking.inline'],
  ]);
  assert.deepEqual(await explained(ssn), [['token', byDefault, 'pass', 'masking.inline']]);
});

test('a masking key that cannot be read, or is none, stops the command without showing it', async (t) => {
  const folder = temporaryDirectory(t);
  const key = join(folder, 'master.key');
  await writeFile(key, Buffer.alloc(32, 5).toString('base64'));
  await writeFile(join(folder, 'k2.key'), 'hunter2');
  for (const [reference, message] of [
    ['file:k2.key', /keys\.masking\.k2: does not resolve to 32 bytes/],
    ['file:k3.key', /keys\.masking\.k2: .*k3\.key/],
  ] as const) {
    const text = `version: 1\ndeployment: acme\nkeys: { master: "file:${key}", masking: { k2: "${reference}" } }\n`;
    await writeFile(join(folder, 'gatebook.yaml'), text);
    const { code, stdout, stderr } = await run(['--config', 'gatebook.yaml'], '{"text":"ada@acme.com"}', folder);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /hunter2/);
  }
  await writeFile(join(folder, 'k2.key'), Buffer.alloc(32, 6).toString('base64'));
  const good = `version: 1\ndeployment: acme\nkeys: { master: "file:${key}", masking: { k2: "file:k2.key" } }\n`;
  await writeFile(join(folder, 'gatebook.yaml'), good);
  const { stdout } = await run(['--config', 'gatebook.yaml'], '{"text":"ada@acme.com"}', folder);
  assert.match(stdout, /\[EMAIL_ADDRESS:k2:/);
});
