/**
 * What the browser carries while somebody is at the issuer: where they came from, what they agreed to, and the secrets the way
 * back is checked by. It is sealed for the state that comes back with it, so that an answer of the issuer counts in the
 * browser that set out and in no other (login CSRF, RFC 9700 section 4.7), and nothing is kept of those who never come back.
 */
import { hash } from 'node:crypto';
import type { Limits } from '#limits.ts';
import type { Seal } from '#oauth/seal.ts';
import type { Proof, WayBack } from '#signin/providers/provider.ts';

/** Where the person goes on afterwards. */
export type Goal =
  /** `agreed`: digest of what the page of consent said, which is what they agreed to by setting out. */
  | { readonly kind: 'authorization'; readonly uid: string; readonly agreed: string }
  /** `path`: of ours. */
  | { readonly kind: 'page'; readonly path: string };

export type Way = WayBack & {
  readonly namespace: string;
  readonly proof: Proof;
  readonly begunAtMs: number;
  readonly goal: Goal;
};

export type WayCookies = {
  /** Value of Set-Cookie. */
  readonly set: (way: Way) => string;
  /** Undefined: another browser's, changed, too old, or none. */
  readonly read: (cookies: ReadonlyMap<string, string>, state: string) => Way | undefined;
  readonly clear: (state: string) => string;
};

/** For `createSeal`. */
export const WAY_SEAL = 'gatebook way to an issuer v1';
/** 32 bytes as base64url. */
const STATE = /^[\w-]{43}$/;

export function createWayCookies(parts: {
  readonly publicUrl: string;
  readonly seal: Seal;
  readonly clock: () => number;
  readonly limits: Pick<Limits, 'signInWayMs'>;
}): WayCookies {
  const { seal, clock, limits } = parts;
  const isSecure = new URL(parts.publicUrl).protocol === 'https:';
  const prefix = isSecure ? '__Host-gatebook-way-' : 'gatebook-way-';
  // One for each way, so that two programs can sign in at the same time. Lax: the issuer's redirect brings it.
  const nameOf = (state: string): string => `${prefix}${hash('sha256', state, 'base64url').slice(0, 16)}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return {
    set: (way) =>
      `${nameOf(way.state)}=${seal.seal(JSON.stringify(way), way.state).toString('base64url')}; ${attributes}; Max-Age=${limits.signInWayMs / 1_000}`,
    read(cookies, state) {
      if (!STATE.test(state)) return undefined;
      const text = seal.open(Buffer.from(cookies.get(nameOf(state)) ?? '', 'base64url'), state);
      if (text === undefined) return undefined;
      const way = JSON.parse(text) as Way;
      const ageMs = clock() - way.begunAtMs;
      return ageMs >= 0 && ageMs < limits.signInWayMs ? way : undefined;
    },
    clear: (state) => `${nameOf(state)}=; ${attributes}; Max-Age=0`,
  };
}
