/**
 * A browser in which somebody signed in: what is kept of it, when it is over, and the port to where it is kept. Pages,
 * the authorization server and the API share it. The cookie's value is in no row: rows are found by its keyed digest.
 */

export type WebSession = {
  /** Keyed digest of the cookie's value. */
  readonly digest: Uint8Array;
  /** Names it to people and in records; opens nothing. */
  readonly id: string;
  /** Whose: id of the sign-in it hangs on. */
  readonly signIn: string;
  /** Unix milliseconds, all of them. */
  readonly beganAtMs: number;
  readonly usedAtMs: number;
  /** When the person last proved at the issuer who they are. */
  readonly freshAtMs: number;
  /** Not later than the sign-in's. */
  readonly endsAtMs: number;
  /** From where, roughly: a network, never a whole address. */
  readonly network: string;
  /** With what, roughly: names of a browser and a system that we know. */
  readonly browser: string;
};

export type WebSessionWrite =
  /** `replaces`: the session the browser had before, which ends with it. */
  | { readonly act: 'begin'; readonly session: WebSession; readonly replaces: Uint8Array | undefined }
  | { readonly act: 'use'; readonly digest: Uint8Array; readonly atMs: number }
  | { readonly act: 'end'; readonly ids: readonly string[] }
  | { readonly act: 'end_of'; readonly signIns: readonly string[] };

export type WebSessionStore = {
  /** On the calling thread, by an index; it may be over. Throws when it cannot be read. */
  find(digest: Uint8Array): WebSession | undefined;
  /** Those of these sign-ins, newest first. */
  of(signIns: readonly string[]): readonly WebSession[];
  /** Resolves when it is on stable storage; rejects when that cannot be done or said. */
  write(write: WebSessionWrite): Promise<void>;
  close(): Promise<void>;
};

export const isIdle = (session: WebSession, nowMs: number, idleMs: number): boolean =>
  nowMs >= session.usedAtMs + idleMs;

export const isOver = (session: WebSession, nowMs: number, idleMs: number): boolean =>
  nowMs >= session.endsAtMs || isIdle(session, nowMs, idleMs);

/** A proof from the future is none: clocks that go back must not make a sign-in fresh for long. */
export const isFresh = (session: Pick<WebSession, 'freshAtMs'>, nowMs: number, freshMs: number): boolean =>
  session.freshAtMs <= nowMs && nowMs - session.freshAtMs < freshMs;
