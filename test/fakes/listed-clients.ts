/** Clients behind an API: `c-1` is welcome, `c-2` and one with a document wait. */
import type { TestContext } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import { ADMIN_TOKEN, listenApi } from '#test/fakes/api.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { fakeClientStore, newClient, webMetadata } from '#test/fakes/clients.ts';
import { createFakeRevocationStore } from '#test/fakes/revocation-store.ts';

type Register = Parameters<typeof runCommand>[0];

export const CHAT_URL = 'https://chat.example/client.json';

export async function listedClients(t: TestContext, register: Register) {
  const store = fakeClientStore();
  const revocations = createFakeRevocationStore();
  await store.keep(newClient('c-1', { metadata: webMetadata('Desk', 'desk.example') }));
  await store.keep(newClient('c-2', { metadata: webMetadata('Chat\u001b[2K') }));
  await store.keep(newClient(CHAT_URL, { kind: 'document', fetchedAtMs: 5_000 }));
  const policy = { domains: ['desk.example'], native: 'allow' as const, others: 'approve' as const };
  const { origin, gateway } = await listenApi(t, ROUTES, { clients: { store, policy }, store: revocations });
  const run = (args: readonly string[], token = ADMIN_TOKEN) =>
    runCommand(register, ['clients', ...args, '--url', origin], { cwd: '/', env: { GATEBOOK_TOKEN: token } });
  return { store, revocations, gateway, run };
}
