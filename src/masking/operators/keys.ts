/** The keys that stand-ins are made with. The newest makes them; those of all earlier ones are still recognised by their form. */

export type MaskingKeys = {
  /** `k1`, `k2`, …: stands in every token. */
  readonly id: string;
  /** 32 bytes, the same for the life of a deployment. */
  readonly key: Uint8Array;
};

/** The key a deployment begins with: derived from its master key. */
export const FIRST_KEY_ID = 'k1';
export const KEY_ID = /^k[1-9]\d{0,8}$/;

/** The one with the highest number makes tokens. */
export function newestKey(first: Uint8Array, further: ReadonlyMap<string, Uint8Array>): MaskingKeys {
  let newest: MaskingKeys = { id: FIRST_KEY_ID, key: first };
  for (const [id, key] of further) {
    if (Number(id.slice(1)) > Number(newest.id.slice(1))) newest = { id, key };
  }
  return newest;
}
