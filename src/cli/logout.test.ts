import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loginFile } from '#cli/login-file.ts';
import { register } from '#cli/logout.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { startLoginServer } from '#test/fakes/login-server.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

test('a login ends at the gateway and on this machine, and is forgotten here whatever the gateway says', async (t) => {
  const server = await startLoginServer(t);
  const env = { XDG_STATE_HOME: temporaryDirectory(t) };
  const file = loginFile({ env }, server.origin);
  assert.ok(file !== undefined);
  const run = () => runCommand(register, ['logout', '--url', server.origin], { cwd: '/', env });
  assert.equal((await run()).stdout, 'nobody is logged in there\n');
  const login = { url: server.origin, accessToken: 'a', refreshToken: 'r', expiresAtMs: 0, tokenEndpoint: 'x' };
  file.write({ ...login, revocationEndpoint: `${server.origin}/oauth/revoke` });
  const ended = await run();
  assert.deepEqual([ended.code, ended.stdout, server.revoked], [0, `logged out of ${server.origin}\n`, ['r']]);
  assert.deepEqual(file.read(), { ok: true, value: undefined });
  file.write({ ...login, revocationEndpoint: 'http://127.0.0.1:1/' });
  const untold = await run();
  assert.equal(untold.code, 3);
  assert.match(untold.stderr, /forgotten here/);
  assert.deepEqual(file.read(), { ok: true, value: undefined });
});
