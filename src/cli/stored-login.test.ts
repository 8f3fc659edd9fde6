import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import { loginFile } from '#cli/login-file.ts';
import type { CliIo } from '#cli/io.ts';
import { storedToken } from '#cli/stored-login.ts';
import { startLoginServer } from '#test/fakes/login-server.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

async function arrange(t: TestContext, leftMs: number) {
  const server = await startLoginServer(t);
  const env = { XDG_STATE_HOME: temporaryDirectory(t) };
  const file = loginFile({ env }, server.origin);
  assert.ok(file !== undefined);
  // The first refresh token the server gives out is the one it knows.
  const first = await fetch(`${server.origin}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'x' }),
  });
  const { access_token: accessToken, refresh_token: refreshToken } = (await first.json()) as Record<string, string>;
  assert.ok(accessToken !== undefined && refreshToken !== undefined);
  server.asked.length = 0;
  file.write({
    url: server.origin,
    accessToken,
    refreshToken,
    expiresAtMs: Date.now() + leftMs,
    tokenEndpoint: `${server.origin}/oauth/token`,
  });
  return { server, env, file, token: () => storedToken({ env }, server.origin) };
}

test('a token that is good is used as it is', async (t) => {
  const { server, token } = await arrange(t, 600_000);
  assert.deepEqual(await token(), { ok: true, value: 'access-1' });
  assert.deepEqual(server.asked, []);
});

test('one that is about to end is refreshed, once, whoever asks meanwhile, and no refresh token is shown twice', async (t) => {
  const { server, token, file } = await arrange(t, 5_000);
  const all = await Promise.all(Array.from({ length: 5 }, () => token()));
  assert.deepEqual(new Set(all.map((one) => (one.ok ? one.value : one.error.message))), new Set(['access-2']));
  assert.equal(server.asked.length, 1);
  assert.deepEqual([server.asked[0]?.['client_id'], server.reuses], ['gatebook-cli', 0]);
  const kept = file.read();
  assert.equal(kept.ok && kept.value?.refreshToken, 'refresh-2');
});

test('a login that is over is forgotten, and the user is told how to log in', async (t) => {
  const { server, token, file } = await arrange(t, 0);
  server.isOver = true;
  const over = await token();
  assert.match(over.ok ? '' : over.error.message, /is over: gatebook login --url http/);
  assert.deepEqual(file.read(), { ok: true, value: undefined });
  assert.deepEqual(await token(), { ok: true, value: undefined });
});

test('a gateway that cannot be reached ends no login', async (t) => {
  const { token, file } = await arrange(t, 0);
  const kept = file.read();
  assert.ok(kept.ok && kept.value !== undefined);
  file.write({ ...kept.value, tokenEndpoint: 'http://127.0.0.1:1/oauth/token' });
  const failed = await token();
  assert.deepEqual([failed.ok, failed.ok ? '' : failed.error.isOver], [false, false]);
  const still = file.read();
  assert.equal(still.ok && still.value?.refreshToken, 'refresh-1');
});

test('commands with --url use it when no token is given, and one that is given goes before', async (t) => {
  const { server, env } = await arrange(t, 600_000);
  const io: CliIo = {
    env,
    cwd: '/',
    stdout: { write: () => undefined },
    stderr: { write: () => undefined },
    exit: () => undefined,
  };
  for (const more of [{}, { GATEBOOK_TOKEN: 'given' }]) {
    const api = await openGatewayApi({ ...io, env: { ...env, ...more } }, { url: server.origin });
    assert.ok(api.ok);
    await askGateway(api.value, '/api/v1/events');
  }
  assert.deepEqual(server.shown, ['Bearer access-1', 'Bearer given']);
  const elsewhere = await openGatewayApi(io, { url: 'http://127.0.0.1:1' });
  assert.match(elsewhere.ok ? '' : elsewhere.error.message, /gatebook login --url http:\/\/127\.0\.0\.1:1/);
});
