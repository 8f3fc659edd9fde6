/** Signing in, wired to a generation of the configuration. What it takes to answer is loaded with the first request. */
import { join } from 'node:path';
import { clientSourceOf } from '#bin/clients.ts';
import type { ClientsLasting } from '#bin/clients.ts';
import { accountCaller, liveAccount } from '#accounts/service-account.ts';
import type { ServiceAccounts } from '#accounts/service-account.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Mounted } from '#gateway/server.ts';
import type { Epochs } from '#identity/epochs.ts';
import type { OwnTokens } from '#identity/own-tokens.ts';
import type { Limits } from '#limits.ts';
import { createAccessTokens } from '#oauth/access-tokens.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows } from '#oauth/oauth-rows.ts';
import type { SignInStore } from '#oauth/sign-in.ts';
import { createSignIns } from '#oauth/sign-ins.ts';
import { createSignIn } from '#signin/app.ts';
import type { Answering } from '#signin/app.ts';
import type { AuthorizationServer } from '#signin/asked.ts';
import { CLI_CLIENT_ID, withOwnClients } from '#signin/own-clients.ts';
import type { SignInParts } from '#signin/parts.ts';
import { createOAuthStore } from '#store/oauth-store.ts';

/** What of it outlives a reload. */
export type SignInLasting = ClientsLasting & {
  readonly maskingKey: Buffer;
  readonly epochs: Epochs;
  /** So many unpredictable bytes. */
  readonly random: (count: number) => Buffer;
  readonly oauth: { readonly rows: OAuthRows; readonly keys: OAuthKeys };
  readonly signIns: SignInStore;
  readonly accessTokens: OwnTokens;
};

export type SignInLastingParts = {
  readonly dataDirectory: string;
  readonly limits: Limits;
  readonly maskingKey: Buffer;
  readonly random: (count: number) => Buffer;
  readonly clock: () => number;
  readonly inForce: () => Pick<Gateway, 'identity' | 'publicUrl'>;
  readonly accounts: () => ServiceAccounts;
};

/** Opens nothing: the first use does. */
export function signInLasting(parts: SignInLastingParts): Pick<SignInLasting, 'oauth' | 'signIns' | 'accessTokens'> {
  const { dataDirectory, limits, maskingKey, random, clock, inForce, accounts } = parts;
  const rows = createOAuthStore({ path: join(dataDirectory, 'state.db'), limits });
  const keys = createOAuthKeys(maskingKey, random);
  return {
    oauth: { rows, keys },
    signIns: createSignIns(rows, keys, clock),
    accessTokens: createAccessTokens({
      rows,
      keys,
      clock,
      limits,
      trusts: (issuer) => inForce().identity.trusts(issuer),
      accountOf: (name) =>
        liveAccount(accounts(), name, clock()) === undefined ? undefined : accountCaller(name, inForce().publicUrl),
    }),
  };
}

async function openServer(parts: SignInParts, maskingKey: Buffer): Promise<AuthorizationServer> {
  const [{ openAuthorizationServer }, { deriveSigningKey }] = await Promise.all([
    import('#signin/authorization-server.ts'),
    import('#signin/signing-key.ts'),
  ]);
  const known = new Set([CLI_CLIENT_ID, ...Object.keys(parts.settings.clients.known)]);
  return openAuthorizationServer({
    ...parts,
    signingKey: deriveSigningKey(maskingKey),
    mayUseApi: (clientId) => known.has(clientId),
  });
}

async function load({ server }: SignInParts): Promise<Answering> {
  const { SIGN_IN_ROUTES } = await import('#signin/routes.ts');
  return {
    routes: SIGN_IN_ROUTES,
    endpoints: async (request, response) => (await server()).endpoints(request, response),
  };
}

/** Undefined when nobody signs in here. */
export function openSignIn(loaded: LoadedConfig, gateway: Gateway, lasting: SignInLasting): Mounted | undefined {
  const { config, signInSecrets } = loaded;
  if (config.signIn === undefined) return undefined;
  const { epochs, maskingKey, oauth, random, signIns, clientStore, clientKeys, documentNetwork } = lasting;
  let opened: Promise<AuthorizationServer> | undefined;
  const own = {
    ...gateway,
    settings: config.signIn,
    issuers: config.issuers,
    secrets: signInSecrets,
    epochs,
    random,
    oauth,
    signIns,
    checkAgain: async () => 'unreachable' as const,
    server: (): Promise<AuthorizationServer> =>
      (opened ??= openServer(parts, maskingKey).catch((error: unknown) => {
        opened = undefined;
        throw error;
      })),
  };
  const clients = clientSourceOf(loaded, config.signIn, { ...own, clientStore, clientKeys, documentNetwork });
  const parts: SignInParts = { ...own, clients: withOwnClients(clients) };
  return createSignIn(parts, load);
}
