/** Signing in, wired to a generation of the configuration. What it takes to answer is loaded with the first request. */
import { setTimeout as sleep } from 'node:timers/promises';
import { clientSourceOf } from '#bin/clients.ts';
import type { ClientsLasting } from '#bin/clients.ts';
import type { SignInLasting } from '#bin/sign-in-lasting.ts';
import type { SignInPages } from '#bin/sign-in-pages.ts';
import { rolesOf } from '#api/roles.ts';
import type { LoadedConfig } from '#config/load.ts';
import { createCallHistory } from '#events/call-history.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Mounted } from '#gateway/server.ts';
import type { Caller } from '#identity/caller.ts';
import { createGivenGrants } from '#oauth/given-grants.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { withAccountClients } from '#signin/account-clients.ts';
import { openAccounts } from '#signin/account.ts';
import { createSignIn } from '#signin/app.ts';
import type { Answering } from '#signin/app.ts';
import type { AuthorizationServer, CheckAgain } from '#signin/asked.ts';
import { createBrowserCheck } from '#signin/check-browser.ts';
import { CLI_CLIENT_ID, withOwnClients } from '#signin/own-clients.ts';
import type { SignInParts } from '#signin/parts.ts';

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

/** Undefined when nobody signs in here: then this file need not be loaded. */
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
