/**
 * A browser's session with the gateway: who sits there, since when, and how lately they proved it. One for pages, the
 * authorization server and the API. A sign-in always gets a new value, so that one which somebody planted before is worth
 * nothing (OWASP, session fixation); the row is looked at with every request, so that an end counts at once, everywhere.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Headers } from '#gateway/call.ts';
import { hasSameGroups } from '#identity/caller.ts';
import type { EpochSource } from '#identity/epochs.ts';
import type { OwnTokens } from '#identity/own-tokens.ts';
import { apiResourceUrl } from '#identity/resource-metadata.ts';
import { digestToken } from '#identity/token-cache.ts';
import type { Limits } from '#limits.ts';
import { callerOf, countsFromMs, signInFault } from '#oauth/sign-in.ts';
import type { SignIn, SignInStore } from '#oauth/sign-in.ts';
import { isFresh, isOver } from '#oauth/web-session.ts';
import type { WebSession, WebSessionStore } from '#oauth/web-session.ts';
import { formToken, isToken } from '#signin/own-form.ts';
import { createSessionCookie } from '#signin/session-cookie.ts';
import type { SessionCookie } from '#signin/session-cookie.ts';
import { browserOf, networkOf } from '#signin/whereabouts.ts';

/** Somebody sits at this browser. */
export type Present = {
  readonly session: WebSession;
  readonly signIn: SignIn;
  /** For the forms of its pages, and the header of its requests to the API. */
  readonly csrf: string;
};

export type Beginning = {
  readonly signIn: SignIn;
  /** Of the request that ends the sign-in. */
  readonly headers: Headers;
  readonly source: string;
  /** When the issuer says the person proved who they are. */
  readonly freshAtMs: number;
};

export type WebSessions = {
  /** Undefined when nobody is signed in there. Throws when that cannot be told. */
  find(headers: Headers): Present | undefined;
  /** Whose it would be, also where the issuer's last word on them is too old: for asking it. Throws like `find`. */
  signInOf(headers: Headers): SignIn | undefined;
  /** The same for requests to the API: who calls, found by the cookie's value. */
  readonly callers: OwnTokens;
  /** Of the request's cookie, when it has one that can be ours. */
  value(headers: Headers): string | undefined;
  /** Durable when it resolves. `setCookie` goes out with the answer; what the browser had before has ended. */
  begin(beginning: Beginning): Promise<{ readonly present: Present; readonly setCookie: string }>;
  /** Proved lately enough for what is sensitive. */
  isFresh(present: Present): boolean;
  isToken(present: Present, shown: string): boolean;
  /** The living ones of these sign-ins, newest first. */
  of(signIns: readonly SignIn[]): readonly WebSession[];
  end(ids: readonly string[]): Promise<void>;
  endOf(signIns: readonly string[]): Promise<void>;
  /** Whether the request shows a cookie of ours, good or bad. */
  isShown(headers: Headers): boolean;
  /** Makes the browser forget. */
  clearCookie(): string;
};

export type WebSessionParts = {
  readonly store: WebSessionStore;
  readonly signIns: Pick<SignInStore, 'find'>;
  readonly epochs: EpochSource;
  /** Whether people of this issuer may sign in: gatebook.yaml in force now. */
  readonly trusts: (issuer: string) => boolean;
  /** What every process of the data directory has in common (the masking key). */
  readonly secret: Uint8Array;
  readonly publicUrl: string;
  readonly idleMinutes: number;
  readonly limits: Pick<Limits, 'webSessionUseMs' | 'freshSignInMs' | 'issuerCheckStaleMs' | 'tokenClockSkewMs'>;
  readonly random: (count: number) => Uint8Array;
  readonly newId: () => string;
  readonly clock: () => number;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
};

const VALUE_BYTES = 32;
const KEY_BYTES = 32;
const MINUTE_MS = 60_000;

export function createWebSessions(parts: WebSessionParts): WebSessions {
  const { store, signIns, epochs, limits, clock } = parts;
  const idleMs = parts.idleMinutes * MINUTE_MS;
  const keyFor = (use: string): Buffer => Buffer.from(hkdfSync('sha256', parts.secret, '', use, KEY_BYTES));
  const digestKey = keyFor('gatebook web sessions v1');
  const formKey = keyFor('gatebook web session forms v1');
  // Made anew each time: a reload may change the address.
  const cookie = (): SessionCookie => createSessionCookie(parts.publicUrl);
  /** Of the value's digest, which is all that is kept in memory of a request under way. */
  const rowOf = (digest: string): Buffer => createHmac('sha256', digestKey).update(digest).digest();
  const digestOf = (value: string): Buffer => rowOf(digestToken(value));
  const csrfOf = (session: WebSession): string =>
    formToken(formKey, 'session', Buffer.from(session.digest).toString('hex'));

  const namedBy = (digest: Uint8Array): Present | undefined => {
    const nowMs = clock();
    const session = store.find(digest);
    if (session === undefined || isOver(session, nowMs, idleMs)) return undefined;
    const signIn = signIns.find(session.signIn);
    if (signIn === undefined || !parts.trusts(signIn.issuer)) return undefined;
    const fault = signInFault(signIn, undefined, { nowMs, epochs, limits });
    if (fault === 'revocations_unknown') throw new Error('whether access was taken away cannot be told now');
    return fault === undefined ? { session, signIn, csrf: csrfOf(session) } : undefined;
  };

  /** What the issuer said too long ago is no word of it any more (check-browser.ts asks in time). */
  const presentOf = (digest: Uint8Array): Present | undefined => {
    const present = namedBy(digest);
    if (present === undefined) return undefined;
    return clock() - present.signIn.checkedAtMs < limits.issuerCheckStaleMs ? present : undefined;
  };

  /** Not waited for: whether it was used a minute ago or two decides nothing. */
  const use = (session: WebSession): void => {
    const atMs = clock();
    if (atMs - session.usedAtMs < Math.min(limits.webSessionUseMs, idleMs / 2)) return;
    store.write({ act: 'use', digest: session.digest, atMs }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      parts.log.warn({ error: why }, 'that a web session is used could not be written');
    });
  };

  return {
    find(headers) {
      const value = cookie().read(headers);
      const present = value === undefined ? undefined : presentOf(digestOf(value));
      if (present !== undefined) use(present.session);
      return present;
    },
    signInOf(headers) {
      const value = cookie().read(headers);
      return value === undefined ? undefined : namedBy(digestOf(value))?.signIn;
    },
    callers: {
      find(_value, digest) {
        const present = presentOf(rowOf(digest));
        if (present === undefined) return undefined;
        use(present.session);
        const { signIn, session } = present;
        return {
          caller: callerOf(signIn, undefined),
          resource: apiResourceUrl(parts.publicUrl),
          issuedAtMs: countsFromMs(signIn.signedInAtMs, limits),
          expiresAtMs: session.endsAtMs,
        };
      },
      stillHolds({ tokenDigest, caller }) {
        const present = presentOf(rowOf(tokenDigest));
        return present !== undefined && hasSameGroups(present.signIn, caller);
      },
    },
    value: (headers) => cookie().read(headers),
    async begin({ signIn, headers, source, freshAtMs }) {
      const value = Buffer.from(parts.random(VALUE_BYTES)).toString('base64url');
      const before = cookie().read(headers);
      const nowMs = clock();
      const session: WebSession = {
        digest: digestOf(value),
        id: parts.newId(),
        signIn: signIn.id,
        beganAtMs: nowMs,
        usedAtMs: nowMs,
        freshAtMs: Math.min(freshAtMs, nowMs),
        endsAtMs: signIn.expiresAtMs,
        network: networkOf(source),
        browser: browserOf(headers.get('user-agent')?.[0]),
      };
      await store.write({ act: 'begin', session, replaces: before === undefined ? undefined : digestOf(before) });
      return { present: { session, signIn, csrf: csrfOf(session) }, setCookie: cookie().set(value) };
    },
    isFresh: ({ session }) => isFresh(session, clock(), limits.freshSignInMs),
    isToken: ({ csrf }, shown) => isToken(shown, csrf),
    of: (of) => store.of(of.map(({ id }) => id)).filter((session) => !isOver(session, clock(), idleMs)),
    end: (ids) => store.write({ act: 'end', ids }),
    endOf: (ids) => store.write({ act: 'end_of', signIns: ids }),
    isShown: (headers) => cookie().isShown(headers),
    clearCookie: () => cookie().clear,
  };
}
