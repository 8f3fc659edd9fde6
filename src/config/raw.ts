/**
 * Careful reading of a configuration that may be invalid, so that the checks between values can report everything they
 * see although the schema has complaints too. What has the wrong shape is skipped: the schema reports it.
 */

export type RawMap = Readonly<Record<string, unknown>>;

export const isRawMap = (value: unknown): value is RawMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const rawMap = (value: unknown): RawMap => (isRawMap(value) ? value : {});

export const rawList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const rawText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The entries of a list that are text, with their positions. */
export function rawTexts(value: unknown): readonly (readonly [index: number, text: string])[] {
  return rawList(value).flatMap((item, index) => (typeof item === 'string' ? [[index, item] as const] : []));
}

/** The values of a map that are maps themselves, with their keys. */
export function rawEntries(value: unknown): readonly (readonly [key: string, entry: RawMap])[] {
  return Object.entries(rawMap(value)).flatMap(([key, entry]) => (isRawMap(entry) ? [[key, entry] as const] : []));
}

/** The items of a list that are maps, with their positions. */
export function rawItems(value: unknown): readonly (readonly [index: number, item: RawMap])[] {
  return rawList(value).flatMap((item, index) => (isRawMap(item) ? [[index, item] as const] : []));
}
