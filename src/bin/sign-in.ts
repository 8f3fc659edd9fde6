/** Signing in, wired to a generation of the configuration. What it takes to answer is loaded with the first request. */
import type { LoadedConfig } from '#config/load.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Epochs } from '#identity/epochs.ts';
import type { Mounted } from '#gateway/server.ts';
import { createSignIn } from '#signin/app.ts';
import type { Answering } from '#signin/app.ts';
import type { SignInParts } from '#signin/parts.ts';

/** What of it outlives a reload. */
export type SignInLasting = {
  readonly epochs: Epochs;
  /** So many unpredictable bytes. */
  readonly random: (count: number) => Buffer;
};

async function load(): Promise<Answering> {
  const { SIGN_IN_ROUTES } = await import('#signin/routes.ts');
  return {
    routes: SIGN_IN_ROUTES,
    endpoints(_request, response) {
      response.statusCode = 404;
      response.end();
    },
  };
}

/** Undefined when nobody signs in here. */
export function openSignIn(
  { config, signInSecrets }: LoadedConfig,
  gateway: Gateway,
  { epochs, random }: SignInLasting,
): Mounted | undefined {
  if (config.signIn === undefined) return undefined;
  const parts: SignInParts = {
    ...gateway,
    settings: config.signIn,
    issuers: config.issuers,
    secrets: signInSecrets,
    epochs,
    random,
  };
  return createSignIn(parts, load);
}
