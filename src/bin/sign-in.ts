/** Signing in, wired to a generation of the configuration. What it takes to answer is loaded with the first request. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiReads } from '#bin/api-reads.ts';
import { clientSourceOf } from '#bin/clients.ts';
import type { ClientsLasting } from '#bin/clients.ts';
import type { SignInPages } from '#bin/sign-in-pages.ts';
import { accountCaller, liveAccount } from '#accounts/service-account.ts';
import type { ServiceAccounts } from '#accounts/service-account.ts';
import { rolesOf } from '#api/roles.ts';
import type { LoadedConfig } from '#config/load.ts';
import { createCallHistory } from '#events/call-history.ts';
import type { Gateway, Log } from '#gateway/gateway.ts';
import type { Mounted } from '#gateway/server.ts';
import type { Caller } from '#identity/caller.ts';
import type { Epochs } from '#identity/epochs.ts';
import type { OwnTokens } from '#identity/own-tokens.ts';
import type { Limits } from '#limits.ts';
import type { NoticeView } from '#notify/notice.ts';
import { createAccessTokens } from '#oauth/access-tokens.ts';
import { createGivenGrants } from '#oauth/given-grants.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows } from '#oauth/oauth-rows.ts';
import type { SignIn, SignInStore } from '#oauth/sign-in.ts';
import type { WebSessionStore } from '#oauth/web-session.ts';
import { createSignIns } from '#oauth/sign-ins.ts';
import { withAccountClients } from '#signin/account-clients.ts';
import { openAccounts } from '#signin/account.ts';
import { createSignIn } from '#signin/app.ts';
import type { Answering } from '#signin/app.ts';
import type { AuthorizationServer, CheckAgain } from '#signin/asked.ts';
import { createBrowserCheck } from '#signin/check-browser.ts';
import { CLI_CLIENT_ID, withOwnClients } from '#signin/own-clients.ts';
import type { SignInParts } from '#signin/parts.ts';
import { createWebSessions } from '#signin/web-session.ts';
import type { WebSessions } from '#signin/web-session.ts';
import { createOAuthStore } from '#store/oauth-store.ts';
import { createSignInState } from '#store/sign-in-state.ts';
import type { SignInState } from '#store/sign-in-state.ts';
import { openWebSessions } from '#store/web-sessions.ts';

/** What of it outlives a reload. */
export type SignInLasting = ClientsLasting & {
  readonly maskingKey: Buffer;
  readonly epochs: Epochs;
  /** So many unpredictable bytes. */
  readonly random: (count: number) => Buffer;
  readonly oauth: { readonly rows: OAuthRows; readonly keys: OAuthKeys };
  readonly signIns: SignInStore;
  readonly accessTokens: OwnTokens;
  readonly webStore: WebSessionStore;
  readonly webSessions: WebSessions;
  /** Consents, and what one process at a time may do. */
  readonly signInState: SignInState;
  readonly apiReads: Pick<ApiReads, 'book' | 'searcher'>;
  readonly notices: { of(approval: string): readonly NoticeView[] };
};

export type SignInLastingParts = {
  readonly dataDirectory: string;
  readonly limits: Limits;
  readonly maskingKey: Buffer;
  readonly random: (count: number) => Buffer;
  readonly clock: () => number;
  readonly inForce: () => Pick<Gateway, 'identity' | 'publicUrl'>;
  readonly accounts: () => ServiceAccounts;
  readonly epochs: Epochs;
  readonly idleMinutes: number;
  readonly newId: () => string;
  readonly log: Log;
};

/** Opens nothing: the first use does. */
export function signInLasting(
  parts: SignInLastingParts,
): Pick<SignInLasting, 'oauth' | 'signIns' | 'accessTokens' | 'webStore' | 'webSessions' | 'signInState'> {
  const { dataDirectory, limits, maskingKey, random, clock, inForce, accounts } = parts;
  const path = join(dataDirectory, 'state.db');
  const rows = createOAuthStore({ path, limits });
  const keys = createOAuthKeys(maskingKey, random);
  const signIns = createSignIns(rows, keys, clock);
  const webStore = openWebSessions({ path, limits });
  return {
    oauth: { rows, keys },
    signIns,
    webStore,
    signInState: createSignInState({ path, limits }),
    webSessions: createWebSessions({
      ...parts,
      store: webStore,
      signIns,
      trusts: (issuer) => inForce().identity.trusts(issuer),
      secret: maskingKey,
      // A reload may change it.
      get publicUrl() {
        return inForce().publicUrl;
      },
    }),
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
  return openAuthorizationServer({
    ...parts,
    signingKey: deriveSigningKey(maskingKey),
    // No MCP client, known or not: with a token for the API it could do all that its person may, and end others' access.
    mayUseApi: (clientId) => clientId === CLI_CLIENT_ID,
  });
}

async function load(parts: SignInParts, pages: () => Promise<SignInPages>): Promise<Answering> {
  const { server, roles, webSessions } = parts;
  const [{ SIGN_IN_ROUTES }, { meRoutes }, { routes, consents, slackLinks }, { approvalRoutes }] = await Promise.all([
    import('#signin/routes.ts'),
    import('#signin/me/me-routes.ts'),
    pages(),
    import('#signin/approvals/approval-routes.ts'),
  ]);
  const own = { ...parts, sessions: webSessions, rolesOf: (caller: Caller) => rolesOf(caller, roles) };
  const me = [...meRoutes({ ...own, consents, slackLinks }), ...approvalRoutes(own)];
  return {
    routes: [...SIGN_IN_ROUTES, ...routes, ...me],
    endpoints: async (request, response) => (await server()).endpoints(request, response),
  };
}

export type OpenSignIn = Mounted & Pick<SignInParts, 'checkBrowser'>;

/** Undefined when nobody signs in here. */
export function openSignIn(loaded: LoadedConfig, gateway: Gateway, lasting: SignInLasting): OpenSignIn | undefined {
  const { config, signInSecrets } = loaded;
  if (config.signIn === undefined) return undefined;
  const { apiReads, epochs, maskingKey, oauth, random, signIns, signInState, webSessions } = lasting;
  const pages = once(async (): Promise<SignInPages> => {
    const { openPages } = await import('#bin/sign-in-pages.ts');
    return openPages(loaded, parts, { signInState, maskingKey });
  });
  const asked = {
    ...gateway,
    settings: config.signIn,
    roles: config.roles,
    issuers: config.issuers,
    secrets: signInSecrets,
    epochs,
    random,
    oauth,
    signIns,
    webSessions,
    noticesOf: (approval: string) => lasting.notices.of(approval),
    ruleOf: (rule: string) => config.rules.find(({ name }) => name === rule),
    showsTo: config.approvals.show,
    history: createCallHistory({
      ...apiReads,
      limits: gateway.limits,
      sleep: (ms) => sleep(ms, undefined, { ref: false }),
      signal: gateway.stopping,
    }),
    grants: createGivenGrants(oauth.rows, oauth.keys),
    checkAgain: async (signIn: SignIn): Promise<CheckAgain> => (await pages()).checkAgain(signIn),
    server: once((): Promise<AuthorizationServer> => openServer(parts, maskingKey)),
  };
  const accounts = openAccounts(asked);
  const { clock, limits } = gateway;
  const checkBrowser = createBrowserCheck({ sessions: webSessions, accounts, clock, limits });
  const own = { ...asked, accounts, checkBrowser };
  const clients = clientSourceOf(loaded, config.signIn, { ...own, ...clientsOf(lasting) });
  const { serviceAccounts } = config;
  const machines = { accounts: serviceAccounts, credentials: loaded.accounts, clientKeys: lasting.clientKeys, clock };
  const parts: SignInParts = { ...own, clients: withOwnClients(withAccountClients(clients, machines)) };
  return { ...createSignIn(parts, () => load(parts, pages)), checkBrowser };
}

const clientsOf = ({ clientStore, clientKeys, documentNetwork }: SignInLasting): ClientsLasting => ({
  clientStore,
  clientKeys,
  documentNetwork,
});

/** Opened at the first use, and again when that failed. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
}
