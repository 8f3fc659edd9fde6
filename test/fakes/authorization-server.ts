/**
 * The real authorization server on 127.0.0.1 with a real store, whose people sign in by a page of the test's: Ada is signed in
 * by being asked. What a client does to get a token, as functions.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Agent, fetch as undiciFetch } from 'undici';
import { systemIdentityClock } from '#identity/clock.ts';
import { createIdentity } from '#identity/identity.ts';
import { apiResourceUrl } from '#identity/resource-metadata.ts';
import { createAccessTokens } from '#oauth/access-tokens.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRows } from '#oauth/oauth-rows.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { createSignIns } from '#oauth/sign-ins.ts';
import { openAccounts } from '#signin/account.ts';
import { createSignIn } from '#signin/app.ts';
import type { AuthorizationServer, CheckAgain } from '#signin/asked.ts';
import { openAuthorizationServer } from '#signin/authorization-server.ts';
import type { ClientMetadata, ClientSource } from '#signin/client-source.ts';
import { CLI_CLIENT_ID, NO_CLIENTS, withOwnClients } from '#signin/own-clients.ts';
import type { SignInParts } from '#signin/parts.ts';
import { redirect } from '#signin/route.ts';
import type { SignInRoute } from '#signin/route.ts';
import { deriveSigningKey } from '#signin/signing-key.ts';
import { createOAuthStore } from '#store/oauth-store.ts';
import { ok } from '#result.ts';
import { freePort } from '#test/e2e/harness.ts';
import { ADA } from '#test/fakes/gateway.ts';
import type { GatewayOverrides } from '#test/fakes/gateway.ts';
import { listenGateway } from '#test/fakes/gateway-server.ts';
import type { ListeningGateway } from '#test/fakes/gateway-server.ts';
import { createListeningLog, createMemoryKeyCache } from '#test/fakes/identity.ts';
import { signInParts } from '#test/fakes/sign-in.ts';
import type { FakeSignIn } from '#test/fakes/sign-in.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

export const SECRET = Buffer.alloc(32, 7);
export const HOURS_MS = 12 * 3_600_000;

/** A native client with a loopback redirect, as most MCP clients are. */
export const EDITOR: ClientMetadata = {
  client_id: 'editor',
  client_name: 'An editor',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/callback', 'editor://callback'],
};
export const REDIRECT = 'http://127.0.0.1:51234/callback';

export function fakeClients(...clients: readonly ClientMetadata[]): ClientSource {
  const known = new Map(clients.map((client) => [client.client_id, client]));
  return {
    ...NO_CLIENTS,
    async find(id) {
      const client = known.get(id);
      return client === undefined ? undefined : ok(client);
    },
    standing: (id) => (known.has(id) ? { is: 'allowed' } : undefined),
    isSecretOf: (secret, shown) => secret === shown,
  };
}

export type TokenAnswer = {
  readonly status: number;
  readonly body: {
    readonly access_token?: string;
    readonly refresh_token?: string;
    readonly id_token?: string;
    readonly expires_in?: number;
    readonly scope?: string;
    readonly error?: string;
    readonly error_description?: string;
  };
};

export type Response = Awaited<ReturnType<typeof undiciFetch>>;

export type FakeServer = {
  readonly parts: FakeSignIn;
  readonly rows: OAuthRows;
  readonly url: string;
  readonly path: string;
  /** Of the connection `notes`. */
  readonly resource: string;
  /** The sign-ins that were made, in order. */
  readonly made: SignIn[];
  /** Whom the test's page signs in; changed at will. */
  person: () => SignIn;
  /** With every header as it is given. */
  readonly ask: ListeningGateway['ask'];
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** Follows a browser from the client's request to where it is sent at the end. */
  authorize(
    asked?: Readonly<Record<string, string | undefined>>,
  ): Promise<{ readonly status: number; readonly location: URL | undefined; readonly text: string }>;
  /** The code a client gets for Ada, and the verifier that goes with it. */
  code(
    asked?: Readonly<Record<string, string | undefined>>,
  ): Promise<{ readonly code: string; readonly verifier: string }>;
  token(form: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<TokenAnswer>;
  /** A code, exchanged. */
  signIn(
    asked?: Readonly<Record<string, string | undefined>>,
  ): Promise<{ readonly access: string; readonly refresh: string }>;
  refresh(token: string, more?: Readonly<Record<string, string>>): Promise<TokenAnswer>;
};

export type FakeServerOptions = GatewayOverrides & {
  readonly clients?: ClientSource;
  readonly checkAgain?: (signIn: SignIn) => Promise<CheckAgain>;
  readonly clock?: () => number;
  /** Only the first connection is there. */
  readonly onlyOne?: true;
  /** Of another server, or of a whole gateway: both are then processes of one gateway. `secret`: of its data directory. */
  readonly beside?: Pick<FakeServer, 'path' | 'url'> & { readonly secret?: Buffer };
};

/** The page of the test's: whoever comes is signed in and agrees. */
const agreeRoute = (person: () => SignIn): SignInRoute => ({
  method: 'GET',
  path: '/signin/interaction/:uid',
  async serve(visit, { server, signIns }) {
    const own = await server();
    const asked = await own.asked(visit);
    if (asked === undefined) return { status: 400, headers: {}, body: 'over' };
    const signIn = person();
    if (signIns.find(signIn.id) === undefined) await signIns.create(signIn);
    const onward = await own.grant(visit, { signIn, authAtMs: signIn.signedInAtMs });
    if (!onward.ok) return { status: 400, headers: {}, body: JSON.stringify(onward.error) };
    return redirect(onward.value);
  },
});

export async function startAuthorizationServer(t: TestContext, options: FakeServerOptions = {}): Promise<FakeServer> {
  const { clients = fakeClients(EDITOR), checkAgain, clock = Date.now, beside, onlyOne, ...overrides } = options;
  const port = await freePort();
  const url = beside?.url ?? `http://127.0.0.1:${port}`;
  const path = beside?.path ?? join(temporaryDirectory(t), 'state.db');
  if (beside === undefined) writeFileSync(path, '', { mode: 0o600 });
  const base = signInParts({ ...overrides, publicUrl: url });
  const rows = createOAuthStore({ path, limits: base.limits });
  t.after(() => rows.close());
  const secret = beside?.secret ?? SECRET;
  const keys = createOAuthKeys(secret, randomBytes);
  let opened: Promise<AuthorizationServer> | undefined;
  const own: Omit<FakeSignIn, 'accounts' | 'server'> = {
    ...base,
    clock,
    random: randomBytes,
    ...(onlyOne === undefined ? {} : { connections: new Map([...base.connections].slice(0, 1)) }),
    oauth: { rows, keys },
    signIns: createSignIns(rows, keys, clock),
    clients: withOwnClients(clients),
    ...(checkAgain === undefined ? {} : { checkAgain }),
  };
  const parts: FakeSignIn = {
    ...own,
    accounts: openAccounts(own),
    server: () =>
      (opened ??= openAuthorizationServer({
        ...parts,
        signingKey: deriveSigningKey(secret),
        mayUseApi: (id) => id === CLI_CLIENT_ID,
      })),
  };
  const made: SignIn[] = [];
  const server = { person: (): SignIn => adaSignIn(made, clock()) };
  const mounted = createSignIn(parts, async ({ server: open }: SignInParts) => ({
    routes: [agreeRoute(() => server.person())],
    endpoints: async (request, response) => (await open()).endpoints(request, response),
  }));
  const { origin, ask } = await listenGateway(t, parts.gateway, mounted, port);
  const dispatcher = new Agent({ pipelining: 0 });
  t.after(() => dispatcher.close());
  return Object.assign(
    server,
    { parts, rows, url, path, resource: `${url}/mcp/notes`, made, ask },
    client(origin, url, dispatcher),
  );
}

/** Each time another sign-in of the same person. */
export function adaSignIn(made: SignIn[], nowMs: number): SignIn {
  const signIn: SignIn = {
    id: randomBytes(16).toString('base64url'),
    issuer: ADA.issuer,
    namespace: ADA.namespace,
    subject: ADA.subject,
    login: 'ada@example.com',
    groups: ADA.groups,
    signedInAtMs: nowMs,
    expiresAtMs: nowMs + HOURS_MS,
    checkedAtMs: nowMs,
    sealedRefresh: undefined,
    endedAtMs: undefined,
  };
  made.push(signIn);
  return signIn;
}

const given = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

function client(origin: string, url: string, dispatcher: Agent) {
  const ask = (path: string, init: Parameters<typeof undiciFetch>[1] = {}): Promise<Response> =>
    undiciFetch(new URL(path, origin), { redirect: 'manual', dispatcher, ...init });
  const get: FakeServer['get'] = (path, headers = {}) => ask(path, { headers });
  const post: FakeServer['post'] = (path, form, headers = {}) =>
    ask(path, { method: 'POST', body: new URLSearchParams(form), headers });
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');

  const authorize: FakeServer['authorize'] = async (asked = {}) => {
    const query = given({
      client_id: 'editor',
      redirect_uri: REDIRECT,
      response_type: 'code',
      state: 'state-of-the-client',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      resource: `${url}/mcp/notes`,
      ...asked,
    });
    let at = `/oauth/authorize?${new URLSearchParams(query).toString()}`;
    const cookies = new Map<string, string>();
    for (let hops = 0; hops < 6; hops += 1) {
      const answer = await get(at, { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
      for (const line of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = line.split(';', 1)[0]?.split('=', 2) ?? [];
        cookies.set(name, value);
      }
      const text = await answer.text();
      const location = answer.headers.get('location');
      if (location === null) return { status: answer.status, location: undefined, text };
      const next = new URL(location, url);
      if (next.origin !== url) return { status: answer.status, location: next, text };
      at = `${next.pathname}${next.search}`;
    }
    return assert.fail('the browser is sent around in a circle');
  };
  const code: FakeServer['code'] = async (asked) => {
    const { location, text } = await authorize(asked);
    const got = location?.searchParams.get('code');
    assert.ok(got, `no code: ${location?.href ?? text}`);
    return { code: got, verifier };
  };
  const token: FakeServer['token'] = async (form, headers) => {
    const answer = await post('/oauth/token', form, headers);
    return { status: answer.status, body: (await answer.json()) as TokenAnswer['body'] };
  };
  const signIn: FakeServer['signIn'] = async (asked) => {
    const got = await code(asked);
    const redirectUri = asked?.['redirect_uri'] ?? REDIRECT;
    const { status, body } = await token({
      grant_type: 'authorization_code',
      client_id: asked?.['client_id'] ?? 'editor',
      redirect_uri: redirectUri,
      code: got.code,
      code_verifier: got.verifier,
    });
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body.access_token !== undefined && body.refresh_token !== undefined);
    return { access: body.access_token, refresh: body.refresh_token };
  };
  const refresh: FakeServer['refresh'] = (refreshToken, more = {}) =>
    token({ grant_type: 'refresh_token', client_id: 'editor', refresh_token: refreshToken, ...more });
  return { get, post, authorize, code, token, signIn, refresh };
}

/** As `/mcp` asks. */
export function door({ parts, rows, url }: FakeServer) {
  const { limits, epochs, clock, oauth } = parts;
  const identity = createIdentity({
    issuers: [],
    fetch: () => Promise.reject(new Error('no issuer')),
    clock: { ...systemIdentityClock, nowMs: clock },
    keyCache: createMemoryKeyCache(),
    epochs,
    limits,
    log: createListeningLog(),
    own: {
      stores: {
        access_token: createAccessTokens({
          rows,
          keys: oauth.keys,
          clock,
          limits,
          trusts: () => true,
          accountOf: () => undefined,
        }),
      },
      apiResource: apiResourceUrl(url),
    },
  });
  return {
    identity,
    judge: async (token: string, connection = 'notes'): Promise<string> => {
      const verified = await identity.verify(token, [`${url}/mcp/${connection}`]);
      return verified.ok ? verified.value.caller.subject : verified.error;
    },
  };
}
