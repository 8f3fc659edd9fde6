/** What the issuer gave for asking it again, sealed for the row of one sign-in: taken into another row it does not open. */
import type { Seal } from '#oauth/seal.ts';
import type { UpstreamTokens } from '#signin/providers/provider.ts';

/** For `createSeal`. */
export const UPSTREAM_SEAL = 'gatebook upstream tokens v1';

export const sealTokens = (seal: Seal, { refresh, access, sub }: UpstreamTokens, signInId: string): Buffer =>
  seal.seal(JSON.stringify([refresh ?? null, access ?? null, sub]), signInId);

/** Undefined: sealed with a key that is gone, or for another sign-in. */
export function openTokens(seal: Seal, sealed: Uint8Array, signInId: string): UpstreamTokens | undefined {
  const text = seal.open(sealed, signInId);
  if (text === undefined) return undefined;
  const [refresh = null, access = null, sub = ''] = JSON.parse(text) as readonly (string | null)[];
  return { refresh: refresh ?? undefined, access: access ?? undefined, sub: sub ?? '' };
}
