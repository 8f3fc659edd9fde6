/**
 * An identity provider for the demo, on loopback only, whose access tokens are shaped like those of an Okta custom
 * authorization server: `cid`, `ver`, `scp`; `uid` and `groups` for a person; neither for client credentials. People
 * sign in to a client with redirect URIs through their browser; the ID token then has `sub` (the same as `uid`) and,
 * with scope `groups`, their groups, at each refresh as they are then. Its keys live in memory and end with the process.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GrantContext, JwtParts, Provider as ProviderClass } from 'oidc-provider';
import { createIssuerPages } from './issuer-pages.ts';
import { withoutAdvice } from './quiet-provider.ts';

const { errors, Provider } = await withoutAdvice(() => import('oidc-provider'));

export type Person = {
  readonly login: string;
  readonly password: string;
  readonly uid: string;
  readonly groups: readonly string[];
};
/** What a token is asked for by its scope: MCP servers, or the gateway's own API. */
export type Audiences = { readonly mcp: string; readonly api: string };
export type Client = {
  readonly id: string;
  readonly secret: string;
  readonly allowsPasswords: boolean;
  /** People sign in to it through their browser and come back to one of these. */
  readonly redirectUris?: readonly string[];
};
export type DemoIssuer = { readonly url: string; close(): Promise<void> };

const TOKEN_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
const PASSWORD_GRANT = 'password';
const SIGN_IN_SCOPES = ['openid', 'profile', 'email', 'groups', 'offline_access'];

type ClientModel = { readonly clientId: string; grantTypeAllowed(type: string): boolean };
type AuthorizationContext = {
  readonly oidc: {
    readonly provider: ProviderClass;
    readonly client: ClientModel;
    readonly session: { readonly accountId: string };
  };
};

function signingKey(): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomUUID() };
}

/** From the claims oidc-provider writes to the ones Okta writes. */
function shapeLikeOkta(token: JwtParts, people: readonly Person[]): void {
  const { sub, client_id: clientId, scope, ...rest } = token.payload;
  const person = people.find((one) => one.uid === sub);
  token.header = undefined;
  token.payload = {
    ...rest,
    ver: 1,
    cid: clientId,
    sub: person?.login ?? clientId,
    ...(typeof scope === 'string' ? { scp: scope.split(' ') } : {}),
    ...(person === undefined ? {} : { uid: person.uid, groups: person.groups }),
  };
}

/** What an account says of itself, by scope; looked up each time, so that somebody taken off the list is gone at once. */
const accountOf = (people: readonly Person[]) => (_context: unknown, uid: string) => {
  const person = people.find((one) => one.uid === uid);
  if (person === undefined) return undefined;
  const { login, groups } = person;
  return { accountId: uid, claims: () => ({ sub: uid, preferred_username: login, email: login, groups }) };
};

/** Nobody is asked whether they agree: the client belongs to the house. */
async function grantAll({ oidc }: AuthorizationContext): Promise<unknown> {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope(SIGN_IN_SCOPES.join(' '));
  await grant.save();
  return grant;
}

const grantTypesOf = ({ allowsPasswords, redirectUris }: Client): readonly string[] => [
  'client_credentials',
  ...(allowsPasswords ? [PASSWORD_GRANT] : []),
  ...(redirectUris === undefined ? [] : ['authorization_code', 'refresh_token']),
];

function configuration(audience: string, people: readonly Person[], clients: readonly Client[]): object {
  const resourceServer = {
    audience,
    scope: 'mcp',
    accessTokenFormat: 'jwt',
    accessTokenTTL: TOKEN_SECONDS,
    jwt: { sign: { alg: 'RS256' } },
  };
  return {
    clients: clients.map((client) => ({
      client_id: client.id,
      client_secret: client.secret,
      grant_types: grantTypesOf(client),
      redirect_uris: client.redirectUris ?? [],
      response_types: client.redirectUris === undefined ? [] : ['code'],
      require_auth_time: true,
    })),
    jwks: { keys: [signingKey()] },
    scopes: ['mcp', 'api', ...SIGN_IN_SCOPES],
    claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email'], groups: ['groups'] },
    // As at Okta, the ID token itself has the groups.
    conformIdTokenClaims: false,
    issueRefreshToken: (_context: unknown, client: ClientModel) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    loadExistingGrant: grantAll,
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/sign-in/${uid}` },
    ttl: {
      AccessToken: TOKEN_SECONDS,
      ClientCredentials: TOKEN_SECONDS,
      Grant: DAY_SECONDS,
      IdToken: TOKEN_SECONDS,
      Interaction: TOKEN_SECONDS,
      RefreshToken: DAY_SECONDS,
      Session: DAY_SECONDS,
    },
    // Cookies know no ports, and a gateway on the same address has its own.
    cookies: {
      keys: [randomUUID()],
      names: { session: 'demo_session', interaction: 'demo_interaction', resume: 'demo_resume' },
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // Who signs in gets a token for userinfo.
        defaultResource: (_context: unknown, client: ClientModel) =>
          client.grantTypeAllowed('authorization_code') ? undefined : audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resourceServer,
      },
    },
    formats: {
      customizers: {
        jwt: (_context: unknown, _token: unknown, parts: JwtParts) => {
          shapeLikeOkta(parts, people);
          return parts;
        },
      },
    },
    findAccount: accountOf(people),
  };
}

/** A person signs in with a password, so that the demo needs no browser (Okta calls it the resource owner password flow). */
function passwordGrant(provider: ProviderClass, audiences: Audiences, people: readonly Person[]) {
  return async (context: GrantContext): Promise<void> => {
    const { username, password, scope } = context.oidc.params;
    const person = people.find((one) => one.login === username && one.password === password);
    if (person === undefined) throw new errors.InvalidGrant('wrong login or password');
    const granted = scope === 'api' ? 'api' : 'mcp';
    const audience = audiences[granted];
    const token = new provider.AccessToken({
      accountId: person.uid,
      client: context.oidc.client,
      scope: granted,
      gty: PASSWORD_GRANT,
    });
    token.resourceServer = {
      identifier: () => audience,
      audience,
      scope: granted,
      accessTokenFormat: 'jwt',
      accessTokenTTL: TOKEN_SECONDS,
      jwt: { sign: { alg: 'RS256' } },
    };
    context.body = {
      access_token: await token.save(),
      token_type: 'Bearer',
      expires_in: token.expiration,
      scope: granted,
    };
  };
}

/** `port` 0 takes a free one. Rejects when the port is taken. */
export async function startDemoIssuer(options: {
  readonly port: number;
  readonly audiences: Audiences;
  readonly people: readonly Person[];
  readonly clients: readonly Client[];
}): Promise<DemoIssuer> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = await withoutAdvice(
    () => new Provider(url, configuration(options.audiences.mcp, options.people, options.clients)),
  );
  provider.registerGrantType(PASSWORD_GRANT, passwordGrant(provider, options.audiences, options.people), [
    'username',
    'password',
    'scope',
  ]);
  const pages = createIssuerPages(provider, options.people);
  const protocol = provider.callback();
  server.on('request', (request, response) => {
    if (pages.owns(request)) pages.listener(request, response);
    else protocol(request, response);
  });
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
