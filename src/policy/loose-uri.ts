/**
 * What else a server may take a URI for: with fragment, query, user, path parameters or the last slash dropped, slashes
 * merged, delimiters decoded, composed by Unicode. Nobody is allowed anything by these, but a deny that matches one of
 * them counts: whoever wrote it meant the resource and not a spelling.
 */
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** Encoded as they are in a normalised URI; what would end a part of the URI or decode once more stays as it is. */
const DELIMITER = /%(?:2[1246789ABCD]|3[ABCDE]|40|5[BDE]|60|7[BCD])/g;
/** A letter or digit and what may combine with it, as UTF-8. */
const BEYOND_ASCII = /[A-Za-z0-9]?(?:%[89A-F][0-9A-F])+/g;

/** The spelling of its characters that a server sees after decoding once. */
export const looseEncoding = (uri: string): string =>
  uri
    .replace(BEYOND_ASCII, composed)
    .replace(DELIMITER, (triplet) => String.fromCharCode(Number.parseInt(triplet.slice(1), 16)));

/** Undefined for what is no UTF-8: nothing to compose. */
function decoded(run: string): string | undefined {
  try {
    return decodeURIComponent(run);
  } catch {
    return undefined;
  }
}

function composed(run: string): string {
  const text = decoded(run);
  return text === undefined ? run : encodeURIComponent(text.normalize('NFC'));
}

const TOO_MANY_MARKS = new RegExp(`\\p{M}{${LIMITS.uriMarks + 1}}`, 'u');
const hasTooManyMarks = (run: string): boolean => TOO_MANY_MARKS.test(decoded(run) ?? '');

const onPath =
  (change: (path: string) => string) =>
  (uri: string): string =>
    uri.replace(/^([^:/?#]+:(?:\/\/[^/?#]*)?)([^?#]*)/, (_, before: string, path: string) => before + change(path));

/** Decoding first: it is the dearest and then done once, and what it uncovers the others must see. */
const READINGS: readonly ((uri: string) => string)[] = [
  looseEncoding,
  (uri) => uri.split('#', 1)[0] ?? uri,
  (uri) => uri.split('?', 1)[0] ?? uri,
  (uri) => uri.replace(/^([^:/?#]+:\/\/)[^/?#@]*@/, '$1'),
  onPath((path) => path.replace(/;[^/]*/g, '')),
  onPath((path) => path.replace(/\/{2,}/g, '/')),
  onPath((path) => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)),
];

export type ReadingFault = 'too_many_readings' | 'too_many_marks';

/** Nothing to drop, to merge or to decode, as in most URIs. */
const ONE_READING = /^[^:/?#@;%]+:(?:\/\/[^/?#@;%]*|[^/?#@;%]*)(?:\/[^/?#@;%]+)*$/;

/**
 * Every other reading of a normalised URI, in any combination; for plain URIs none. Beyond `uriReadings` there is no telling
 * what a server makes of it.
 */
export function looserReadings(full: string): Result<readonly string[], ReadingFault> {
  if (ONE_READING.test(full)) return ok([]);
  if (full.match(BEYOND_ASCII)?.some(hasTooManyMarks) === true) return err('too_many_marks');
  const forms = new Set([full]);
  for (const reading of READINGS) {
    for (const form of forms.values().toArray()) forms.add(reading(form));
    if (forms.size > LIMITS.uriReadings + 1) return err('too_many_readings');
  }
  forms.delete(full);
  return ok([...forms]);
}
