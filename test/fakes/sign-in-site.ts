/**
 * The pages of signing in on 127.0.0.1, with places to sign in and an authorization server that say what a test wants. What a
 * browser holds and sees is real.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { createConsents } from '#oauth/consent.ts';
import { createSeal } from '#oauth/seal.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { ok } from '#result.ts';
import { AGREED_SEAL, createAgreementWords } from '#signin/agreement.ts';
import { createSignIn } from '#signin/app.ts';
import type { AskedAuthorization } from '#signin/asked.ts';
import { callbackRoute } from '#signin/callback.ts';
import { entryRoutes } from '#signin/entry.ts';
import { interactionRoutes } from '#signin/interaction.ts';
import type { Standing } from '#oauth/registered-client.ts';
import type { InteractionParts } from '#signin/interaction-parts.ts';
import { createWayCookies, WAY_SEAL } from '#signin/way-cookie.ts';
import { createWebSessions } from '#signin/web-session.ts';
import { fakeProvider } from '#test/fakes/provider.ts';
import type { FakeProvider } from '#test/fakes/provider.ts';
import { fakeClaimStore, fakeConsentStore } from '#test/fakes/sign-in-state.ts';
import { signInParts } from '#test/fakes/sign-in.ts';
import type { FakeSignIn } from '#test/fakes/sign-in.ts';
import { createFakeWebSessionStore } from '#test/fakes/web-session-store.ts';

export const ASKED: AskedAuthorization = {
  uid: 'u1',
  client: {
    id: 'https://claude.ai/client.json',
    name: 'Claude',
    uri: undefined,
    logoUri: undefined,
    metadataDigest: 'd1',
  },
  redirectUri: 'https://claude.ai/callback',
  resource: 'https://mcp.example.com/mcp/notes',
  connection: 'notes',
  scopes: [],
  asksLogin: false,
  asksConsent: false,
  maxAgeSeconds: undefined,
  loginHint: undefined,
  isDevice: false,
};

export type SignInSite = {
  readonly origin: string;
  readonly parts: FakeSignIn;
  /** Of the client that asks. */
  standing: Standing;
  readonly okta: FakeProvider;
  readonly partners: FakeProvider;
  readonly signIns: Map<string, SignIn>;
  /** What the client asks; undefined when it is over. */
  asked: AskedAuthorization | undefined;
  /** What comes of asking the issuer again. */
  checked: 'holds' | 'none' | 'unavailable';
  /** Sign-ins that were granted, and refusals told to the client. */
  readonly granted: SignIn[];
  readonly refused: string[];
  readonly clock: { nowMs: number };
  /** States of control records, in order. */
  readonly acts: () => readonly (string | undefined)[];
  readonly page: (uid?: string) => string;
  /** Where the issuer sends the browser back to. */
  readonly callback: (sentTo: string, namespace?: string) => string;
};

/** The client's browser waits for its answer here. */
export const CLIENT_BACK = 'https://claude.ai/callback';

export async function startSignInSite(t: TestContext): Promise<SignInSite> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = { nowMs: Date.now() };
  const fake = signInParts({ publicUrl: origin });
  const parts: FakeSignIn = {
    ...fake,
    publicUrl: origin,
    clock: () => clock.nowMs,
    random: (count) => randomBytes(count),
    clients: { ...fake.clients, standing: () => site.standing },
  };
  const secret = randomBytes(32);
  const [okta, partners] = [fakeProvider(), fakeProvider('partners', 'Partners')];
  const signIns = new Map<string, SignIn>();
  const seal = (use: string) => createSeal(secret, use, randomBytes);
  const sessions = createWebSessions({
    ...parts,
    store: createFakeWebSessionStore(),
    signIns: { find: (id) => signIns.get(id) },
    trusts: () => true,
    secret,
    idleMinutes: 60,
    newId: () => randomBytes(8).toString('hex'),
  });
  const find = (id: string) => (site.checked === 'holds' ? (signIns.get(id) ?? 'none') : site.checked);
  const interaction: InteractionParts = {
    ...parts,
    accounts: { find, findChecked: async (id) => find(id) },
    server: async () => ({
      asked: async () => site.asked,
      grant: async (_, { signIn }) => {
        site.granted.push(signIn);
        return ok(`${CLIENT_BACK}?code=granted`);
      },
      refuse: async (_, error) => {
        site.refused.push(error);
        return `${CLIENT_BACK}?error=${error}`;
      },
    }),
    newId: () => randomBytes(13).toString('hex'),
    signIns: { create: async (signIn) => void signIns.set(signIn.id, signIn) },
    sessions,
    consents: createConsents({ ...parts, store: fakeConsentStore(), secret, seal: seal('consents') }),
    claims: fakeClaimStore(),
    providers: new Map([okta, partners].map((provider) => [provider.namespace, provider])),
    ways: createWayCookies({ ...parts, seal: seal(WAY_SEAL) }),
    words: createAgreementWords(seal(AGREED_SEAL), parts.clock, parts.limits),
    tokenSeal: seal('tokens'),
    formKey: secret,
  };
  const routes = [...interactionRoutes(interaction), callbackRoute(interaction), ...entryRoutes(interaction)];
  const mounted = createSignIn(parts, async () => ({
    routes,
    endpoints: (_, response) => void response.writeHead(404).end(),
  }));
  server.on('request', (request, response) => mounted.listener(request, response));
  const site: SignInSite = {
    origin,
    parts,
    standing: { is: 'allowed' },
    okta,
    partners,
    signIns,
    asked: ASKED,
    checked: 'holds',
    granted: [],
    refused: [],
    clock,
    acts: () => fake.gateway.ledger.entries.map(({ st }) => st),
    page: (uid = 'u1') => `${origin}/signin/interaction/${uid}`,
    callback: (sentTo, namespace = 'okta') =>
      `${origin}/signin/callback/${namespace}?code=c&state=${new URL(sentTo).searchParams.get('state') ?? ''}`,
  };
  return site;
}
