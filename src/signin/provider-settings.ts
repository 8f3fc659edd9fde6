/**
 * How oidc-provider is set up: what it may do, and our answers to everything it leaves to us. Each value that differs from the
 * library's default is here for a reason that stands beside it.
 */
import type { Client, Model, OidcContext, Params } from 'oidc-provider';
import { vouchedUntilMs } from '#oauth/sign-in.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import type { Adapter } from '#signin/adapter.ts';
import { assertionFault } from '#signin/client-assertion.ts';
import { codePage, confirmPage, donePage, troublePage } from '#signin/device-pages.ts';
import type { Page } from '#signin/pages/layout.ts';
import { connectionOf, isResource } from '#signin/resource.ts';
import type { SignInParts } from '#signin/parts.ts';
import type { SigningKey } from '#signin/signing-key.ts';

export type ProviderErrors = {
  /** `detail` stays inside. */
  invalidClient(detail: string): Error;
  invalidTarget(description: string): Error;
  loginRequired(description: string): Error;
};

export type ProviderParts = Pick<SignInParts, 'clock' | 'connections' | 'limits' | 'publicUrl'> & {
  readonly adapter: (model: string) => Adapter;
  readonly errors: ProviderErrors;
  readonly policy: readonly object[];
  readonly signingKey: SigningKey;
  /** Throws when it cannot be told; undefined when there is none any more. */
  readonly account: (context: OidcContext, id: string, token: Model | undefined) => Promise<SignIn | undefined>;
  /** Whether tokens for the API may be given to this client. */
  readonly mayUseApi: (clientId: string) => boolean;
};

/** The one scope of a connection: what may be done there is for grants in gatebook.yaml to say, not for a client to ask. */
export const CONNECTION_SCOPE = 'mcp';
export const API_SCOPE = 'api';

const SECOND_MS = 1_000;
const seconds = (ms: number): number => Math.max(1, Math.floor(ms / SECOND_MS));

const ROUTES = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  jwks: '/oauth/jwks',
  pushed_authorization_request: '/oauth/par',
  device_authorization: '/oauth/device',
  code_verification: '/device',
  revocation: '/oauth/revoke',
};

/** What the library says of a failure; the words are its own. */
type Out = { readonly error: string; readonly error_description?: string };

function show(context: OidcContext, { html, headers }: Page): void {
  context.set(headers);
  context.body = html;
}

const clientNameOf = (client: Client | undefined): string => client?.clientName ?? client?.clientId ?? 'A program';

const formSecret = ({ oidc }: OidcContext): string => oidc.session?.state?.secret ?? '';

const deviceFlow = {
  enabled: true,
  charset: 'base-20',
  mask: '****-****',
  userCodeInputSource: async (context: OidcContext, _form: string, _out?: Out, fault?: unknown): Promise<void> => {
    show(context, codePage(formSecret(context), fault === undefined ? undefined : codeTrouble(fault)));
  },
  userCodeConfirmSource: async (
    context: OidcContext,
    _form: string,
    client: Client,
    device: unknown,
    userCode: string,
  ): Promise<void> => {
    show(context, confirmPage(formSecret(context), userCode, clientNameOf(client), device));
  },
  successSource: async (context: OidcContext): Promise<void> =>
    show(context, donePage(clientNameOf(context.oidc.client))),
};

const codeTrouble = (fault: unknown): string =>
  fault instanceof Error && fault.name === 'AbortedError'
    ? 'Nothing was allowed. You can close this page.'
    : 'This code is not known, or it is over. Look at it again.';

type AccountEnd = 'endsAtMs' | 'vouchedUntilMs';

const remainingMs = (context: OidcContext | undefined, clock: () => number, end: AccountEnd = 'endsAtMs'): number => {
  const account = context?.oidc.entities.Account;
  const ends = account === undefined ? undefined : Reflect.get(account, end);
  return typeof ends === 'number' ? ends - clock() : Number.POSITIVE_INFINITY;
};

function timesOf({ clock, limits }: ProviderParts) {
  const forSignIn = (context: OidcContext | undefined): number => seconds(remainingMs(context, clock));
  return {
    AccessToken: (context: OidcContext | undefined) =>
      // No longer than the issuer's yes: else whoever it let go would be in for this life on top.
      Math.min(
        seconds(limits.accessTokenMs),
        seconds(remainingMs(context, clock)),
        seconds(remainingMs(context, clock, 'vouchedUntilMs')),
      ),
    ClientCredentials: seconds(limits.accessTokenMs),
    AuthorizationCode: seconds(limits.authorizationCodeMs),
    DeviceCode: seconds(limits.deviceCodeMs),
    // Signed by whoever has it already, so only long enough to be read.
    IdToken: seconds(limits.accessTokenMs),
    Interaction: seconds(limits.interactionMs),
    Session: seconds(limits.interactionMs),
    RefreshToken: forSignIn,
    Grant: forSignIn,
  };
}

function resourcesOf({ connections, errors, publicUrl, mayUseApi }: ProviderParts) {
  return {
    enabled: true,
    async defaultResource(_context: OidcContext, _client: Client, oneOf?: readonly string[]): Promise<string> {
      if (oneOf !== undefined) throw errors.invalidTarget('a token is for one resource: name one');
      const [only, ...more] = connections.keys();
      if (only !== undefined && more.length === 0) return `${publicUrl}/mcp/${only}`;
      throw errors.invalidTarget(`say what the token is for: resource=${publicUrl}/mcp/<name of the connection>`);
    },
    // What was agreed to is what a token is for; naming it again is not asked of clients.
    useGrantedResource: async () => true,
    async getResourceServerInfo(context: OidcContext, resource: string, client: Client) {
      if (!isResource(resource, publicUrl))
        throw errors.invalidTarget(
          `not a resource of this server: it is called ${publicUrl}/mcp/<name of the connection>`,
        );
      if (Object.keys(context.oidc.resourceServers).some((other) => other !== resource))
        throw errors.invalidTarget('a token is for one resource: name one');
      const isApi = connectionOf(resource, publicUrl) === undefined;
      if (isApi && !mayUseApi(client.clientId)) throw errors.invalidTarget('this client gets no tokens for the API');
      const scope = isApi ? API_SCOPE : CONNECTION_SCOPE;
      withScope(context.oidc.params, scope);
      return { scope, audience: resource, accessTokenFormat: 'opaque' };
    },
  };
}

/** Clients ask for all kinds of scopes, or for none: each gets the one there is. What it then has is told in the answer. */
function withScope(params: Params, scope: string): void {
  const asked = typeof params['scope'] === 'string' ? params['scope'].split(' ') : [];
  if (!asked.includes(scope)) params['scope'] = [...asked, scope].join(' ');
}

const originOf = (uri: string): string | undefined => URL.parse(uri)?.origin;

export function providerSettings(parts: ProviderParts): object {
  const { publicUrl, adapter, policy, signingKey } = parts;
  const isSecure = publicUrl.startsWith('https:');
  const cookie = { httpOnly: true, sameSite: 'lax', secure: isSecure, signed: false, overwrite: true };
  const prefix = (name: string): string => (isSecure ? name : '');
  return {
    adapter,
    clients: [],
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    // `client_secret_jwt` would need the secret itself, and we keep a digest.
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'],
      idTokenSigningAlgValues: ['ES256'],
    },
    async assertJwtClientAuthClaimsAndHeader(_context: OidcContext, claims: Readonly<Record<string, unknown>>) {
      const fault = assertionFault(claims, parts.clock(), parts.limits);
      if (fault !== undefined) throw parts.errors.invalidClient(fault);
    },
    // Exactly one of those registered, and always said (OAuth 2.1 section 2.3.2).
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (_context: OidcContext, origin: string, client: Client) =>
      client.redirectUris.some((uri) => originOf(uri) === origin),
    conformIdTokenClaims: true,
    cookies: {
      // The first is of the form for device codes; the others stand below one path each, which `__Host-` forbids.
      names: {
        session: `${prefix('__Host-')}gatebook-form`,
        interaction: `${prefix('__Secure-')}gatebook-asked`,
        resume: `${prefix('__Secure-')}gatebook-resume`,
      },
      long: { ...cookie, path: '/' },
      short: cookie,
    },
    features: {
      clientCredentials: { enabled: true },
      claimsParameter: { enabled: false },
      deviceFlow,
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      introspection: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: false },
      resourceIndicators: resourcesOf(parts),
      revocation: {
        enabled: true,
        allowedPolicy: async (_: OidcContext, client: Client, token: Model) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    // Nothing ends with a browser's session: sign-ins end by themselves, and their grants with them.
    expiresWithSession: async () => false,
    // MCP clients do not ask for `offline_access`, and would have their person sign in every ten minutes.
    issueRefreshToken: async (_context: OidcContext, client: Client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    async findAccount(context: OidcContext, id: string, token?: Model) {
      const signIn = await parts.account(context, id, token);
      if (signIn === undefined) return undefined;
      return {
        accountId: id,
        endsAtMs: signIn.expiresAtMs,
        vouchedUntilMs: vouchedUntilMs(signIn, parts.limits),
        claims: async () => ({ sub: id }),
      };
    },
    interactions: {
      url: async (_context: OidcContext, { uid }: { readonly uid: string }) => `/signin/interaction/${uid}`,
      policy,
    },
    jwks: { keys: [signingKey] },
    // Every grant is agreed to in its own interaction: none is found by a browser's session.
    async loadExistingGrant({ oidc }: OidcContext & { readonly oidc: { readonly provider: GrantFinder } }) {
      const grantId = oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : oidc.provider.Grant.find(grantId);
    },
    // A grant ends with its tokens, in one write: see adapter.ts.
    revokeGrantPolicy: () => false,
    pkce: { required: () => true },
    async renderError(context: OidcContext, out: Out) {
      show(context, troublePage(out.error_description ?? out.error));
    },
    responseTypes: ['code'],
    routes: ROUTES,
    scopes: ['openid', 'offline_access'],
    ttl: timesOf(parts),
  };
}

type GrantFinder = { readonly Grant: { find(id: string): Promise<unknown> } };
