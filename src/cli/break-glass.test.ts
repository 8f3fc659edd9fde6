import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import { register } from '#cli/break-glass.ts';
import { ADMIN_TOKEN, listenApi, ON_CALL_TOKEN } from '#test/fakes/api.ts';
import { createFakeBrokenGlass } from '#test/fakes/broken-glass.ts';
import { runCommand } from '#test/fakes/cli.ts';

const REASON = ['--reason', 'the issuer is down'];

async function breaking(t: TestContext) {
  const brokenGlass = createFakeBrokenGlass();
  const { origin } = await listenApi(t, ROUTES, { brokenGlass });
  const run = (args: readonly string[], token = ON_CALL_TOKEN) =>
    runCommand(register, ['break-glass', ...args, '--url', origin], { cwd: '/', env: { GATEBOOK_TOKEN: token } });
  return { brokenGlass, run };
}

test('with a reason it breaks, for as long as was said, and is mended', async (t) => {
  const { brokenGlass, run } = await breaking(t);
  const broken = await run([...REASON, '--minutes', '5']);
  assert.equal(broken.code, 0);
  assert.match(broken.stdout, /^you are an admin until 20.*Z; .*\(record a:0\)\n$/);
  const [glass] = brokenGlass.inForce(0);
  assert.equal((glass?.endsAtMs ?? 0) - (glass?.beganAtMs ?? 0), 300_000);
  const mended = await run(['--end', '--json']);
  assert.deepEqual([mended.code, brokenGlass.inForce(0)], [0, []]);
  assert.match(mended.stdout, /^\{"record":"a:\d"\}\n$/);
});

test('without a reason, or with a time that is none, nothing is asked of the gateway', async (t) => {
  const { brokenGlass, run } = await breaking(t);
  for (const args of [[], ['--minutes', '5'], [...REASON, '--minutes', 'x'], [...REASON, '--end']])
    assert.equal((await run(args)).code, 2, args.join(' '));
  assert.equal((await run(['--reason', 'urgent'])).code, 2);
  assert.deepEqual([brokenGlass.alarms, brokenGlass.inForce(0)], [0, []]);
});

test('who may not is told so', async (t) => {
  const { run } = await breaking(t);
  const refused = await run(REASON, ADMIN_TOKEN);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /has no role/);
  assert.equal((await run(['--end'])).code, 1);
});
