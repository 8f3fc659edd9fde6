import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT_CHECK_FAILED } from '#cli/exit-codes.ts';
import { processIo, userPath } from '#cli/io.ts';

const silent = { write: () => true };
const host = (env: Record<string, string>) => ({
  stdout: silent,
  stderr: silent,
  env,
  cwd: () => '/repo',
  exitCode: 0,
});

test('relative paths count from where the user stood, also when npm changed the directory', () => {
  assert.equal(userPath(processIo(host({ INIT_CWD: '/home/ada' })), 'data/ledger'), '/home/ada/data/ledger');
  assert.equal(userPath(processIo(host({})), 'data/ledger'), '/repo/data/ledger');
  assert.equal(userPath(processIo(host({ INIT_CWD: '' })), './x'), '/repo/x');
});

test('an absolute path stays as it was typed', () => {
  assert.equal(userPath(processIo(host({ INIT_CWD: '/home/ada' })), '/srv/book'), '/srv/book');
});

test('exit sets the code of the process and lets the command return', () => {
  const fake = host({});
  processIo(fake).exit(EXIT_CHECK_FAILED);
  assert.equal(fake.exitCode, 1);
});
