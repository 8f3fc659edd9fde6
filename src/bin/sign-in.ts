/** Signing in, wired to a generation of the configuration. What it takes to answer is loaded with the first request. */
import type { IncomingMessage } from 'node:http';
import { clientSourceOf } from '#bin/clients.ts';
import type { ClientsLasting } from '#bin/clients.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Epochs } from '#identity/epochs.ts';
import type { Mounted } from '#gateway/server.ts';
import { createSignIn } from '#signin/app.ts';
import type { Answering } from '#signin/app.ts';
import type { SignInParts } from '#signin/parts.ts';

/** What of it outlives a reload. */
export type SignInLasting = ClientsLasting & {
  readonly epochs: Epochs;
  /** So many unpredictable bytes. */
  readonly random: (count: number) => Buffer;
};

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

async function load({ clients }: SignInParts): Promise<Answering> {
  const { SIGN_IN_ROUTES } = await import('#signin/routes.ts');
  return {
    routes: SIGN_IN_ROUTES,
    async endpoints(request, response) {
      if (pathOf(request) === '/oauth/register') await clients.register(request, response);
      else response.writeHead(404).end();
    },
  };
}

/** Undefined when nobody signs in here. */
export function openSignIn(loaded: LoadedConfig, gateway: Gateway, lasting: SignInLasting): Mounted | undefined {
  const { config, signInSecrets } = loaded;
  const { epochs, random, clientStore, clientKeys, documentNetwork } = lasting;
  if (config.signIn === undefined) return undefined;
  const own = {
    ...gateway,
    settings: config.signIn,
    issuers: config.issuers,
    secrets: signInSecrets,
    epochs,
    random,
  };
  const clients = clientSourceOf(loaded, config.signIn, { ...own, clientStore, clientKeys, documentNetwork });
  const parts: SignInParts = { ...own, clients };
  return createSignIn(parts, load);
}
