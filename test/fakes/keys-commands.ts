/** The commands of API keys, run against the API of a fake gateway. */
import type { TestContext } from 'node:test';
import type { Command } from 'commander';
import { ROUTES } from '#api/routes.ts';
import { register as create } from '#cli/keys-create.ts';
import { register as list } from '#cli/keys-list.ts';
import { register as revoke } from '#cli/keys-revoke.ts';
import type { CliIo } from '#cli/io.ts';
import { ADMIN_TOKEN, listenApi } from '#test/fakes/api.ts';
import { fakeKeys } from '#test/fakes/api-keys.ts';
import { runCommand } from '#test/fakes/cli.ts';

function register(program: Command, io: CliIo): void {
  for (const one of [create, list, revoke]) one(program, io);
}

export async function keysCommands(t: TestContext) {
  const { store, keys } = fakeKeys();
  const { origin } = await listenApi(t, ROUTES, { keys });
  const run = (args: readonly string[], token = ADMIN_TOKEN, url = origin) =>
    runCommand(register, ['keys', ...args, '--url', url], { cwd: '/', env: { GATEBOOK_TOKEN: token } });
  return { store, run };
}
