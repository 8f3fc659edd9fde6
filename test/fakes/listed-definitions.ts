/** Definitions in a data directory and behind an API: `get` changed, `odd` hides text, `put` is fine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import { LIMITS } from '#limits.ts';
import { openDefinitionsDb } from '#store/definitions-db.ts';
import { ADMIN_TOKEN, listenApi } from '#test/fakes/api.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { fakeDefinitions, foundTool } from '#test/fakes/definitions.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

type Register = Parameters<typeof runCommand>[0];

export async function listedDefinitions(t: TestContext, register: Register) {
  const data = temporaryDirectory(t);
  mkdirSync(join(data, 'ledger', 'a'), { recursive: true });
  writeFileSync(join(data, 'ledger', 'a', 'log.vkey'), 'acme/a+00000000+AA\n');
  const store = openDefinitionsDb({ path: join(data, 'state.db'), limits: LIMITS });
  const definitions = fakeDefinitions({}, store);
  t.after(() => store.close());
  const found = [
    foundTool('put', '{"name":"put"}'),
    foundTool('get', '{"description":"Gets.","name":"get"}'),
    foundTool('get', '{"description":"Gets.\u200b","name":"get"}', {
      hidden: [{ pointer: '/description', classes: ['zero_width'] }],
    }),
    foundTool('odd', '{"name":"odd"}', { hidden: [{ pointer: '/name', classes: ['tag'] }] }),
    foundTool('', '"Be careful."', { kind: 'instructions' }),
  ];
  definitions.known.apply(await store.note({ connection: 'notes', found, atMs: 1 }));
  const { origin, gateway } = await listenApi(t, ROUTES, { definitions });
  const here = (...args: readonly string[]) =>
    runCommand(register, ['definitions', ...args, '--data', data], { cwd: '/' });
  const there = (args: readonly string[], token = ADMIN_TOKEN) =>
    runCommand(register, ['definitions', ...args, '--url', origin], { cwd: '/', env: { GATEBOOK_TOKEN: token } });
  return { data, store, definitions, gateway, here, there };
}
