import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { loginFile } from '#cli/login-file.ts';
import type { LoginFile } from '#cli/login-file.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const URL_OF = 'https://mcp.example.com';
const login = {
  url: URL_OF,
  accessToken: 'a',
  expiresAtMs: 1,
  refreshToken: 'r',
  tokenEndpoint: `${URL_OF}/oauth/token`,
};

function open(t: TestContext, url = URL_OF, state = temporaryDirectory(t)): LoginFile {
  const file = loginFile({ env: { XDG_STATE_HOME: state } }, url);
  assert.ok(file !== undefined);
  return file;
}

test('a login is kept for one gateway, for its owner alone, and as a whole', (t) => {
  const state = temporaryDirectory(t);
  const file = open(t, URL_OF, state);
  assert.deepEqual(file.read(), { ok: true, value: undefined });
  file.write(login);
  assert.deepEqual(file.read(), { ok: true, value: login });
  assert.equal(statSync(file.path).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(file.path)).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(dirname(file.path)).length, 1);
  assert.deepEqual(open(t, 'https://MCP.example.com/', state).read(), { ok: true, value: login });
  for (const other of ['https://mcp.example.com:8443', 'http://mcp.example.com', 'https://other.example.com'])
    assert.deepEqual(open(t, other, state).read(), { ok: true, value: undefined });
  file.remove();
  file.remove();
  assert.deepEqual(file.read(), { ok: true, value: undefined });
});

test('a login that others can read, or that is none, is not used', (t) => {
  const file = open(t);
  file.write(login);
  chmodSync(file.path, 0o640);
  const readable = file.read();
  assert.match(readable.ok ? '' : readable.error, /can be read by others/);
  file.remove();
  mkdirSync(dirname(file.path), { recursive: true });
  writeFileSync(file.path, '{"url":', { mode: 0o600 });
  const broken = file.read();
  assert.match(broken.ok ? '' : broken.error, /is no login/);
});

test('it lies below the state directory, else below home, and nowhere when there is neither', () => {
  const at = (env: Readonly<Record<string, string>>) => loginFile({ env }, URL_OF)?.path;
  assert.match(at({ XDG_STATE_HOME: '/s', HOME: '/h' }) ?? '', /^\/s\/gatebook\/login-[0-9a-f]{24}\.json$/);
  assert.match(at({ HOME: '/h' }) ?? '', /^\/h\/\.local\/state\/gatebook\/login-/);
  assert.equal(at({}), undefined);
  assert.equal(at({ XDG_STATE_HOME: 'relative', HOME: '/h' }), undefined);
  assert.equal(loginFile({ env: { HOME: join('/h') } }, 'https://b.example')?.path === at({ HOME: '/h' }), false);
});

test('what runs alone runs alone, also when what ran before failed', async (t) => {
  const state = temporaryDirectory(t);
  const [first, second] = [open(t, URL_OF, state), open(t, URL_OF, state)];
  let inside = 0;
  let most = 0;
  const run = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await assert.rejects(
    first.alone(() => Promise.reject(new Error('no'))),
    /no/,
  );
  await Promise.all([first.alone(run), second.alone(run), first.alone(run)]);
  assert.equal(most, 1);
});
