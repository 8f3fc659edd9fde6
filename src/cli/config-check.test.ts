import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { register } from '#cli/config-check.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

test('the example of the documentation is valid', async () => {
  const run = await runCommand(register, ['config', 'check', '--config', 'docs/examples/gatebook.yaml'], {
    cwd: ROOT,
    env: { GITHUB_TOKEN: 'a', NOTES_KEY: 'b' },
  });
  assert.match(run.stderr, /^warning: [^\n]*no `keys\.master`[^\n]*\n$/);
  assert.equal(run.code, 0);
  assert.match(
    run.stdout,
    /^OK: docs\/examples\/gatebook\.yaml: 1 issuer, 2 connections, 2 levels, 4 grants, 3 rules; policy [0-9a-f]{16}\n$/,
  );
});

test('an invalid file exits 1 and prints every problem with the file as it was typed, its line and its column', async (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(
    join(cwd, 'gatebook.yaml'),
    'version: 2\ndeployment: Acme\nrules:\n  - { name: a, when: "args.x == 1", then: deny }\n',
  );
  const run = await runCommand(register, ['config', 'check'], { cwd });
  assert.equal(run.code, 1);
  assert.equal(run.stdout, '');
  const lines = run.stderr.trim().split('\n');
  assert.equal(lines.length, 4);
  assert.match(lines[0]!, /^gatebook\.yaml:1:10: version: /);
  assert.match(lines[1]!, /^gatebook\.yaml:2:13: deployment: /);
  assert.match(
    lines[2]!,
    /^gatebook\.yaml:4:22: rules\[0\]\.when: this condition fails on a plain initialize .*the call has no "x"; guard it with has\(\)/,
  );
  assert.equal(lines[3], '3 problems');
});

test('with --json the problems are one JSON object', async (t) => {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'g.yaml'), 'version: 1\n');
  const run = await runCommand(register, ['config', 'check', '--config', 'g.yaml', '--json'], { cwd });
  assert.equal(run.code, 1);
  assert.deepEqual(JSON.parse(run.stdout), {
    ok: false,
    problems: [{ file: 'g.yaml', line: 1, column: 1, path: 'deployment', message: 'is missing', fix: 'write text' }],
  });
});

test('a file that is not there is a usage error', async (t) => {
  const run = await runCommand(register, ['config', 'check'], { cwd: temporaryDirectory(t) });
  assert.equal(run.code, 2);
  assert.match(run.stderr, /gatebook\.yaml.*does not exist/);
});
