import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTokenSource } from '#cli/connect-token.ts';
import type { TokenPlace, TokenSource } from '#cli/connect-token.ts';
import type { CliIo } from '#cli/io.ts';

const io = (env: Record<string, string>): CliIo => ({
  stdout: { write: () => {} },
  stderr: { write: () => {} },
  env,
  cwd: '/',
  exit: () => {},
});
async function open(place: TokenPlace, env: Record<string, string> = {}): Promise<TokenSource> {
  const opened = await openTokenSource(io(env), place, 'DEFAULT');
  assert.ok(opened.ok);
  return opened.value;
}

test('the token comes from the file, the named variable or the usual one, without the white space around it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-token-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, ' of-file\n');
  const env = { DEFAULT: 'usual', OTHER: 'named' };
  assert.equal((await open({ tokenFile }, env)).current(), 'of-file');
  assert.equal((await open({ tokenEnv: 'OTHER' }, env)).current(), 'named');
  assert.equal((await open({}, env)).current(), 'usual');
  assert.equal((await open({})).current(), undefined);
});

test('a refused token is replaced only by another one, and a file that became unreadable keeps the old', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-token-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'one');
  const source = await open({ tokenFile });
  assert.equal(await source.changedFrom('one'), false);
  writeFileSync(tokenFile, 'with space');
  assert.equal(await source.changedFrom('one'), false);
  rmSync(tokenFile);
  assert.equal(await source.changedFrom('one'), false);
  writeFileSync(tokenFile, 'two');
  assert.equal(await source.changedFrom('one'), true);
  assert.equal(source.current(), 'two');
  rmSync(tokenFile);
  assert.equal(await source.changedFrom('one'), true, 'another request read it already');
});
