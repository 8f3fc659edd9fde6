import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { register } from '#cli/revoke.ts';
import { ROUTES } from '#api/routes.ts';
import { ADMIN_TOKEN, AUDITOR_TOKEN, listenApi } from '#test/fakes/api.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { ADA } from '#test/fakes/gateway.ts';
import { createFakeRevocationStore } from '#test/fakes/revocation-store.ts';

async function revoking(t: TestContext) {
  const store = createFakeRevocationStore();
  const { origin } = await listenApi(t, ROUTES, { store });
  const run = (args: readonly string[], token = ADMIN_TOKEN) =>
    runCommand(register, ['revoke', ...args, '--url', origin], { cwd: '/', env: { GATEBOOK_TOKEN: token } });
  return { store, run };
}

test('a caller, a client and everybody are revoked by the running gateway, with the reason', async (t) => {
  const { store, run } = await revoking(t);
  for (const scope of [['--caller', ADA.issuer, 'eve'], ['--client', 'okta:cli2'], ['--all']]) {
    const { code, stdout } = await run([...scope, '--reason', 'a stolen laptop']);
    assert.equal(code, 0);
    assert.match(stdout, /^revoked: tokens issued until 20\d\d-.*Z are refused.*\(record a:\d\)\n$/);
  }
  assert.deepEqual(
    store.enforced.map(({ scope, reason }) => [scope, reason]),
    [
      [{ scope: 'caller', issuer: ADA.issuer, subject: 'eve' }, 'a stolen laptop'],
      [{ scope: 'client', client: 'okta:cli2' }, 'a stolen laptop'],
      [{ scope: 'all' }, 'a stolen laptop'],
    ],
  );
});

test('one grant is ended by its name', async (t) => {
  const ended: string[] = [];
  const grants = {
    find: (name: string) => ({ name, signIn: undefined }),
    end: async (name: string) => void ended.push(name),
  };
  const { origin } = await listenApi(t, ROUTES, { grants });
  const args = ['revoke', '--grant', 'grant-of-eve', '--reason', 'x', '--url', origin];
  const { code } = await runCommand(register, args, { cwd: '/', env: { GATEBOOK_TOKEN: ADMIN_TOKEN } });
  assert.deepEqual([code, ended], [0, ['grant-of-eve']]);
});

test('whoever revokes himself is told so, and JSON is the answer of the API', async (t) => {
  const { run } = await revoking(t);
  const { code, stdout, stderr } = await run(['--all', '--reason', 'x', '--json']);
  assert.equal(code, 0);
  assert.equal((JSON.parse(stdout) as { revokesYou: boolean }).revokesYou, true);
  assert.match(stderr, /your own token is revoked too/);
  assert.equal((await run(['--client', 'okta:cli2', '--reason', 'x'])).stderr, '');
});

test('no scope, two, or half a caller is a mistake that reaches no gateway', async (t) => {
  const { store, run } = await revoking(t);
  for (const scope of [[], ['--all', '--client', 'okta:a'], ['--caller', 'https://idp'], ['--caller', 'a', 'b', 'c']]) {
    const { code, stderr } = await run([...scope, '--reason', 'x']);
    assert.equal(code, 2);
    assert.match(stderr, /exactly one of|takes two words/);
  }
  assert.deepEqual(store.enforced, []);
});

test('a no of the gateway is said and not a success', async (t) => {
  const { run } = await revoking(t);
  const forbidden = await run(['--all', '--reason', 'x'], AUDITOR_TOKEN);
  assert.deepEqual([forbidden.code, forbidden.stdout], [1, '']);
  assert.match(forbidden.stderr, /answered 403: The caller has no role/);
  const misspelt = await run(['--caller', 'https://nobody.example', 'eve', '--reason', 'x']);
  assert.equal(misspelt.code, 2);
  assert.match(misspelt.stderr, /issuer no configured issuer has this URL/);
});
