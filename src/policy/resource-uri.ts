/**
 * Resource URIs are matched in one normal form, so that no other spelling of the same resource slips past a pattern:
 * RFC 3986 section 6.2.2 (case, percent-encoding), 6.2.3 for http, RFC 8089 for file. What upstream software is known to
 * read in two ways (dot segments, encoded `/`, `\` and `.`) is refused instead. The URI itself goes upstream as sent.
 */
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { looserReadings } from '#policy/loose-uri.ts';

export type NormalUri = {
  readonly full: string;
  /** Looser readings of it (loose-uri.ts): what a server may well take it for. A deny counts for these too. */
  readonly bases: readonly string[];
};

export type UriFault =
  | 'dot_segment'
  | 'encoded_delimiter'
  | 'bad_encoding'
  | 'forbidden_character'
  | 'empty_segment'
  | 'ambiguous_authority'
  | 'too_many_readings'
  | 'too_many_marks';

/** `/`, `\`, `.` and `%` as a server would get them after one more decoding; NUL. */
const ENCODED_DELIMITER = /%(2f|5c|2e|00|25(2f|5c|2e|25|00))/i;

/** `;` because some servers cut path parameters off: `/..;/`. `&`, `=`: a path may stand in a query. */
const DOT_SEGMENT = /(?:^|[/?#&=;:])\.{1,2}(?:[/?#&=;:]|$)/;

/** Schemes whose URLs browsers and servers repair instead of refusing (WHATWG URL, special schemes). */
const REPAIRED = /^(?:https?|wss?|ftp):/i;
const PLAIN_AUTHORITY =
  /^[a-z]+:\/\/(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::(?:[1-9][0-9]{0,4})?)?(?:[/?#]|$)/i;
/**
 * `file:/x`, `file:///x` and `file://localhost/x` are one file (RFC 8089); every other authority is read in two ways, and
 * `C|` is what browsers read as `C:`.
 */
const PLAIN_FILE = /^file:(?:\/(?!\/)|\/\/\/|\/\/localhost\/)(?![a-z]\|)/i;

/**
 * Whether a URL says its host in a way that has no second reading: no userinfo, no missing or extra slashes, no zeros
 * before the port, no dot behind the host, ASCII only. A repaired spelling would be another string for the same resource.
 */
const isPlain = (uri: string): boolean =>
  isFile(uri) ? PLAIN_FILE.test(uri) : !REPAIRED.test(uri) || (PLAIN_AUTHORITY.test(uri) && hasOneHost(uri));

const isFile = (uri: string): boolean => /^file:/i.test(uri);

/** `127.1`, `0x7f000001` and `[0::1]` are further spellings of an address; a server's URL parser knows them all. */
function hasOneHost(uri: string): boolean {
  const [, scheme = '', authority = ''] = /^([a-z]+):\/\/([^/?#]*)/i.exec(uri) ?? [];
  return URL.parse(uri)?.host === normalAuthority(scheme.toLowerCase(), authority);
}

export function normaliseUri(uri: string): Result<NormalUri, UriFault> {
  const normal = normaliseBeginning(uri);
  if (!normal.ok) return normal;
  if (!isPlain(uri)) return err('ambiguous_authority');
  const readings = looserReadings(normal.value);
  return readings.ok ? ok({ full: normal.value, bases: readings.value }) : readings;
}

/** The same for the beginning of a URI, whose host may still be to come. */
export function normaliseBeginning(uri: string): Result<string, UriFault> {
  // Controls, space, DEL and backslash are in no URI (RFC 3986 section 2); some servers read a backslash as "/".
  if (/[\u0000-\u0020\u007f\\]/.test(uri)) return err('forbidden_character');
  if (!uri.isWellFormed()) return err('forbidden_character');
  if (/%(?![0-9a-fA-F]{2})/.test(uri)) return err('bad_encoding');
  if (ENCODED_DELIMITER.test(uri)) return err('encoded_delimiter');
  const encoded = normalEncoding(uri);
  if (DOT_SEGMENT.test(encoded)) return err('dot_segment');
  const full = normalCase(encoded);
  // File servers collapse "//": another spelling of the same file.
  if (full.startsWith('file:') && filePath(full).includes('//')) return err('empty_segment');
  return ok(full);
}

const filePath = (uri: string): string => /^file:\/\/[^/?#]*([^?#]*)/.exec(uri)?.[1] ?? '';

/** What RFC 3986 sections 2.2 and 2.3 have in no URI; encoded, so that they are one with their encoded spelling. */
const NOT_IN_URIS = /[^\u0021-\u007e]+|["<>^`{|}]/gu;
const UNRESERVED = /[A-Za-z0-9_~-]/;
/** In the path of a file no delimiter means anything (RFC 8089 section 2), so their encodings say the same. */
const PLAIN_IN_FILES = /[A-Za-z0-9_~!$&'()*+,;=:@[\]-]/;

/**
 * Upper-case hex, characters decoded that mean the same either way (6.2.2.2), what no URI may have encoded as UTF-8
 * (RFC 3987 section 3.1).
 */
function normalEncoding(uri: string): string {
  const plain = isFile(uri) ? PLAIN_IN_FILES : UNRESERVED;
  return uri
    .replace(/%[0-9a-fA-F]{2}/g, (triplet) => {
      const char = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
      return plain.test(char) ? char : triplet.toUpperCase();
    })
    .replace(NOT_IN_URIS, (run) => encodeURIComponent(run));
}

/** Scheme and host in lower case (6.2.2.1); default ports and the empty path of http; the authority of file. */
function normalCase(uri: string): string {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?(.*)$/s.exec(uri);
  if (match === null) return uri;
  const scheme = (match[1] ?? '').toLowerCase();
  const authority = match[2] === undefined ? undefined : normalAuthority(scheme, match[2]);
  let rest = match[3] ?? '';
  if (scheme === 'file') {
    // RFC 8089 section 2 and appendix B: file:/x, file:///x and file://localhost/x are one file.
    if (authority === undefined) return rest.startsWith('/') ? `file://${rest}` : `file:${rest}`;
    return `file://${authority === 'localhost' ? '' : authority}${rest}`;
  }
  if ((scheme === 'http' || scheme === 'https') && authority !== undefined && !rest.startsWith('/')) rest = `/${rest}`;
  return `${scheme}:${authority === undefined ? '' : `//${authority}`}${rest}`;
}

const DEFAULT_PORT: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443' };

function normalAuthority(scheme: string, authority: string): string {
  const at = authority.lastIndexOf('@');
  const userinfo = at === -1 ? '' : authority.slice(0, at + 1);
  // A host does not end with a colon: what does is no authority, and is left as it is.
  const [whole, host = '', port = ''] = /^(|.*?[^:])(?::(\d*))?$/s.exec(authority.slice(at + 1)) ?? [];
  if (whole === undefined) return userinfo + authority.slice(at + 1).toLowerCase();
  return `${userinfo}${host.toLowerCase()}${port === '' || port === DEFAULT_PORT[scheme] ? '' : `:${port}`}`;
}

/** The part of a URI template (RFC 6570) before its first expression, normalised as far as it goes. */
export function templatePrefix(template: string): Result<string, UriFault> {
  const literal = template.split('{', 1)[0] ?? '';
  const normal = normaliseBeginning(literal);
  if (!normal.ok) return normal;
  // The empty path of "http://host" may still become longer.
  return ok(normal.value.endsWith('/') && !literal.endsWith('/') ? normal.value.slice(0, -1) : normal.value);
}
