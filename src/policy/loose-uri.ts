/**
 * What else a server may take a URI for: with fragment, query, user, path parameters or the last slash dropped, slashes
 * merged, delimiters decoded, composed by Unicode. Nobody is allowed anything by these, but a deny that matches one of
 * them counts: whoever wrote it meant the resource and not a spelling.
 */

import { LIMITS } from '#limits.ts';

/** Encoded as they are in a normalised URI; what would end a part of the URI or decode once more stays as it is. */
const DELIMITER = /%(?:2[1246789ABCD]|3[ABCDE]|40|5[BDE]|60|7[BCD])/g;
/** A letter or digit and what may combine with it, as UTF-8. */
const BEYOND_ASCII = /[A-Za-z0-9]?(?:%[89A-F][0-9A-F])+/g;

/** The spelling of its characters that a server sees after decoding once. */
export const looseEncoding = (uri: string): string =>
  uri
    .replace(BEYOND_ASCII, composed)
    .replace(DELIMITER, (triplet) => String.fromCharCode(Number.parseInt(triplet.slice(1), 16)));

function composed(run: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(run).normalize('NFC'));
  } catch {
    // No UTF-8: nothing to compose.
    return run;
  }
}

const onPath =
  (change: (path: string) => string) =>
  (uri: string): string =>
    uri.replace(/^([^:/?#]+:(?:\/\/[^/?#]*)?)([^?#]*)/, (_, before: string, path: string) => before + change(path));

const READINGS: readonly ((uri: string) => string)[] = [
  (uri) => uri.split('#', 1)[0] ?? uri,
  (uri) => uri.split('?', 1)[0] ?? uri,
  looseEncoding,
  (uri) => uri.replace(/^([^:/?#]+:\/\/)[^/?#@]*@/, '$1'),
  onPath((path) => path.replace(/;[^/]*/g, '')),
  onPath((path) => path.replace(/\/{2,}/g, '/')),
  onPath((path) => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)),
];

/**
 * Every other reading of a normalised URI, in any combination; for plain URIs none. Undefined when there are more than
 * `uriReadings`: each is held against every deny, and a URI that can be read in so many ways is meant to be.
 */
export function looserReadings(full: string): readonly string[] | undefined {
  const forms = new Set([full]);
  for (const reading of READINGS) {
    for (const form of forms.values().toArray()) forms.add(reading(form));
    if (forms.size > LIMITS.uriReadings + 1) return undefined;
  }
  forms.delete(full);
  return [...forms];
}
