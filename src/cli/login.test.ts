import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { loginFile } from '#cli/login-file.ts';
import { register } from '#cli/login.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { startLoginServer } from '#test/fakes/login-server.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

async function arrange(t: TestContext) {
  const server = await startLoginServer(t);
  const state = temporaryDirectory(t);
  const env = { XDG_STATE_HOME: state };
  const kept = () => {
    const read = loginFile({ env }, server.origin)?.read();
    return read?.ok === true ? read.value : undefined;
  };
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    runCommand(register, ['login', '--url', server.origin, ...args], { cwd: '/', env: { ...env, ...more } });
  return { server, state, kept, run };
}

test('without a browser a code is shown and waited for as long as the gateway says', async (t) => {
  const { server, kept, run } = await arrange(t);
  server.device.push('authorization_pending', 'authorization_pending');
  const { code, stdout, stderr } = await run([]);
  assert.equal(code, 0);
  assert.equal(stdout, `logged in at ${server.origin}\n`);
  assert.match(stderr, new RegExp(`${server.origin}/device[\\s\\S]*BCDF-GHJK`));
  assert.deepEqual(server.asked[0], { client_id: 'gatebook-cli', scope: 'api', resource: `${server.origin}/api` });
  assert.equal(server.asked.length, 4);
  assert.deepEqual([kept()?.accessToken, kept()?.refreshToken], ['access-1', 'refresh-1']);
  assert.doesNotMatch(stdout + stderr, /access-|refresh-|device-code/);
});

test('a no of the person, a code that is over and a refusal log nobody in', async (t) => {
  const { server, kept, run } = await arrange(t);
  for (const [said, exit] of [
    ['access_denied', 1],
    ['expired_token', 1],
    ['invalid_client', 3],
  ] as const) {
    server.device.push(said);
    assert.equal((await run(['--device'])).code, exit, said);
  }
  assert.equal(kept(), undefined);
});

/** A browser that writes down the address it was opened with. */
function fakeBrowser(state: string): { readonly path: string; address(): Promise<string> } {
  const [program, out] = [join(state, 'xdg-open'), join(state, 'address')];
  writeFileSync(program, `#!/bin/sh\nprintf '%s' "$1" > '${out}.new' && mv '${out}.new' '${out}'\n`);
  chmodSync(program, 0o700);
  return {
    path: state,
    async address() {
      while (!existsSync(out)) await new Promise((resolve) => setImmediate(resolve));
      return readFileSync(out, 'utf8');
    },
  };
}

test(
  'with a browser the code comes back to this machine, for a verifier that never left it',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const { server, state, kept, run } = await arrange(t);
    const browser = fakeBrowser(state);
    const path = process.env['PATH'] ?? '';
    process.env['PATH'] = `${browser.path}:${path}`;
    t.after(() => {
      process.env['PATH'] = path;
    });
    const running = run(['--json'], { DISPLAY: ':0' });
    const address = await browser.address();
    const { searchParams } = new URL(address);
    assert.deepEqual(
      ['client_id', 'response_type', 'scope', 'resource', 'code_challenge_method'].map((name) =>
        searchParams.get(name),
      ),
      ['gatebook-cli', 'code', 'api', `${server.origin}/api`, 'S256'],
    );
    assert.equal(
      (await server.authorize(address, (callback) => callback.searchParams.set('state', 'evil'))).status,
      404,
    );
    assert.equal((await server.authorize(address)).status, 200);
    const { code, stdout } = await running;
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as { url: string }).url, server.origin);
    assert.equal(kept()?.accessToken, 'access-1');
    assert.ok(!address.includes(server.asked[0]?.['code_verifier'] ?? 'none'));
  },
);

test('a gateway that is none, or is another, gets nothing', async (t) => {
  const { server, run } = await arrange(t);
  server.metadata = { issuer: 'https://mcp.example.com' };
  const other = await run([]);
  assert.deepEqual([other.code, server.asked], [3, []]);
  assert.match(other.stderr, /use that as --url/);
  const clear = await runCommand(register, ['login', '--url', 'http://mcp.example.com'], {
    cwd: '/',
    env: { HOME: '/h' },
  });
  assert.equal(clear.code, 2);
  const homeless = await runCommand(register, ['login', '--url', server.origin], { cwd: '/', env: {} });
  assert.equal(homeless.code, 2);
});
