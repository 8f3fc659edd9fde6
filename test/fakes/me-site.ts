/** The pages `/me` on 127.0.0.1 with sign-ins, browsers and programs of two people, Ada and Eve, in memory. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { headersOf } from '#gateway/steps/receive.ts';
import { createConsents } from '#oauth/consent.ts';
import type { Consents } from '#oauth/consent.ts';
import type { GivenGrant } from '#oauth/given-grants.ts';
import { createSeal } from '#oauth/seal.ts';
import type { SignIn } from '#oauth/sign-in.ts';
import { createSlackLinks } from '#notify/slack/slack-links.ts';
import type { SlackLinks } from '#notify/slack/slack-links.ts';
import { createSignIn } from '#signin/app.ts';
import { meRoutes } from '#signin/me/me-routes.ts';
import type { MeParts } from '#signin/me/me-routes.ts';
import { createWebSessions } from '#signin/web-session.ts';
import type { Present, WebSessions } from '#signin/web-session.ts';
import type { SignInRoute } from '#signin/route.ts';
import { createFakeBrowser } from '#test/fakes/browser.ts';
import type { FakeBrowser } from '#test/fakes/browser.ts';
import type { GatewayOverrides } from '#test/fakes/gateway.ts';
import { fakeConsentStore, fakeSlackLinkStore } from '#test/fakes/sign-in-state.ts';
import { signInParts } from '#test/fakes/sign-in.ts';
import type { FakeSignIn } from '#test/fakes/sign-in.ts';
import { createFakeWebSessionStore } from '#test/fakes/web-session-store.ts';

const HOUR_MS = 3_600_000;

export type MeSite = {
  readonly origin: string;
  readonly parts: FakeSignIn;
  readonly me: MeParts;
  readonly sessions: WebSessions;
  readonly consents: Consents;
  readonly slackLinks: SlackLinks;
  readonly signIns: Map<string, SignIn>;
  /** By sign-in. */
  readonly grants: Map<string, GivenGrant[]>;
  readonly clock: { nowMs: number };
  /** Pages beside `/me`, put in before the first request. */
  readonly more: SignInRoute[];
  /** A sign-in of a person: `ada`, `eve`. */
  signIn(id: string, subject: string, more?: Partial<SignIn>): SignIn;
  /** A browser in which that one is signed in. */
  browser(signIn: SignIn): Promise<{ readonly browser: FakeBrowser; readonly present: Present }>;
  /** Kinds of control records, in order. */
  acts(): readonly (string | undefined)[];
};

export const grantOf = (name: string, clientId: string, resources: readonly string[] = []): GivenGrant => ({
  name,
  clientId,
  resources,
  givenAtMs: 0,
  endsAtMs: Number.MAX_SAFE_INTEGER,
});

export async function startMeSite(t: TestContext, overrides: GatewayOverrides = {}): Promise<MeSite> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = { nowMs: Date.UTC(2026, 6, 1) };
  const fake = signInParts({ ...overrides, publicUrl: origin });
  const parts: FakeSignIn = { ...fake, clock: () => clock.nowMs, newId: () => randomBytes(13).toString('hex') };
  const secret = randomBytes(32);
  const signIns = new Map<string, SignIn>();
  const grants = new Map<string, GivenGrant[]>();
  const sessions = createWebSessions({
    ...parts,
    store: createFakeWebSessionStore(),
    signIns: { find: (id) => signIns.get(id) },
    trusts: () => true,
    secret,
    idleMinutes: 60,
    random: (count) => randomBytes(count),
  });
  const consents = createConsents({
    ...parts,
    store: fakeConsentStore(),
    secret,
    seal: createSeal(secret, 'consents', randomBytes),
  });
  const slackLinks = createSlackLinks({
    ...parts,
    store: fakeSlackLinkStore(),
    secret,
    seal: createSeal(secret, 'slack links', randomBytes),
  });
  const me: MeParts = {
    ...parts,
    sessions,
    consents,
    slackLinks,
    rolesOf: () => new Set(['admin'] as const),
    signIns: {
      of: (issuer, subject) => [...signIns.values()].filter((one) => one.issuer === issuer && one.subject === subject),
      async end(id, atMs) {
        const signIn = signIns.get(id);
        if (signIn !== undefined) signIns.set(id, { ...signIn, endedAtMs: atMs });
      },
    },
    grants: {
      of: (signIn) => grants.get(signIn) ?? [],
      async end(signIn, name) {
        const before = grants.get(signIn) ?? [];
        grants.set(
          signIn,
          before.filter((grant) => grant.name !== name),
        );
        return before.some((grant) => grant.name === name);
      },
    },
  };
  const more: SignInRoute[] = [];
  const mounted = createSignIn(parts, async () => ({
    routes: [...meRoutes(me), ...more],
    endpoints: (_, response) => void response.writeHead(404).end(),
  }));
  server.on('request', (request, response) => mounted.listener(request, response));
  return {
    origin,
    parts,
    me,
    sessions,
    consents,
    slackLinks,
    signIns,
    grants,
    clock,
    more,
    signIn(id, subject, more = {}) {
      const signIn: SignIn = {
        id,
        issuer: 'https://acme.okta.com',
        namespace: 'okta',
        subject,
        login: `${subject}@example.com`,
        groups: ['okta:everyone'],
        signedInAtMs: clock.nowMs,
        expiresAtMs: clock.nowMs + 12 * HOUR_MS,
        checkedAtMs: clock.nowMs,
        sealedRefresh: undefined,
        endedAtMs: undefined,
        ...more,
      };
      signIns.set(id, signIn);
      return signIn;
    },
    async browser(signIn) {
      const { present, setCookie } = await sessions.begin({
        signIn,
        headers: headersOf(['user-agent', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0']),
        source: '192.0.2.77',
        freshAtMs: clock.nowMs,
      });
      const browser = createFakeBrowser();
      const [name = '', value = ''] = (setCookie.split(';', 1)[0] ?? '').split('=', 2);
      browser.setCookie(origin, name, value);
      return { browser, present };
    },
    acts: () => fake.gateway.ledger.entries.map(({ st }) => st),
  };
}
