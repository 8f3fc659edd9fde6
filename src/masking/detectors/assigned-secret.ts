/**
 * Values that a word says to be a secret: `password = …`, `"api_key": "…"`, `export TOKEN=…`. The value has to look
 * like one; the words of a sentence, names of variables and stand-ins do not.
 */
import { entropyOf } from '#masking/detectors/entropy.ts';
import { looksMadeUp } from '#masking/detectors/made-up.ts';
import { WordSearch } from '#masking/engine/aho-corasick.ts';
import type { Detector } from '#masking/engine/detector.ts';
import type { Place } from '#masking/engine/place.ts';
import { HAS, type TextProfile } from '#masking/engine/text-profile.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';
import { PASSWORD_WORDS, TOKEN_WORDS } from '#masking/words/secret-words.ts';

const TYPE = 'SECRET';
const SAME_ENDS_MAX = 8;
/** Nothing shorter looks like a password or a token. */
const SECRET_CHARS_MIN = 5;
/** As in the patterns of values: one that is cut by it goes on, and each word in it would be read as far again. */
const VALUE_CHARS_MAX = 256;

const WORDS = [...PASSWORD_WORDS, ...TOKEN_WORDS];
/** Inside of a longer word they are another word: `compass: …`, `design: …`. */
const SHORT_WORDS: ReadonlySet<string> = new Set(['pass', 'sig', 'sas', 'otp', 'pwd', 'pw', 'psk', 'senha', 'hmac']);

/** From the end of the word to the value: the rest of a name, quotes, and what assigns. */
const ASSIGNS =
  /((?:[_-][A-Za-z0-9_-]{0,24}|[A-Z0-9][A-Za-z0-9_]{0,24}|ña)?)["'`\])]{0,2}[ \t]{0,4}(?::=|=>|={1,2}|(?:(?:for|of) [^.;:=\n"']{1,40})?:(?:\*{1,2})?|>|,?\s{0,24}["']?value["']?[ ]?[:=]|content[ ]?=|\((?=["'])|,(?=[ ]?["'])|(?<=[ \t])(?=["'`])|(?:,? it )?(?:(?:for|of|to|on) [^.;:=\n"']{1,40} )?\b(?:is|IS|was)\b|\bset to\b|\|)[ \t]{0,4}(?:["'`]{1,3}|(?=[^\s]))/y;
/** `Password:`, and the value on the next line. */
const NEXT_LINE = /["'`*]{0,2}:\*{0,2}[ \t]{0,4}\r?\n[ \t]{0,8}/y;
/** `token_type`, `secretName`, `password_expires_at`: about the secret, not the secret. */
const ABOUT =
  /(?:type|name|ur[il]|file|path|length|count|expir[a-z]*|expires_in|ttl|_at|_on|hint|policy|min|max|size|status|endpoint|arn|version|ref|field|label)$/i;
const OPTION = /[ \t](?:["']?)/y;
const VALUE = /[^\s"'`<>,;|]{4,256}/y;
const QUOTED_VALUE = /[^"'`\n\r<>]{4,256}/y;
/** Of a query or a form a value ends at the next pair. */
const QUERY_VALUE = /[^\s"'`<>,;|&#]{4,256}/y;

const CODE =
  /[(){}[\]]|^\$|=>|::|^[A-Za-z_]+\.[A-Za-z_.]+$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^\/|^\.{1,2}\/|^https?:\/\//;
const SENTENCE_WORD =
  /^(?:required|optional|incorrect|invalid|expired|expires|missing|wrong|reset|changed|correct|valid|empty|not|too|the|your|field|fields|and|or|for|must|should|will|has|have|been|being|sent|stored|hashed|encrypted|protected|string|number|boolean|text|bearer|basic|default|rotation|management|manager|rotated|updated|enabled|disabled|unset|blank|unknown|based|auth|authentication|type|https?)$/i;

const kindsOf = (value: string): number =>
  Number(/[a-z]/.test(value)) +
  Number(/[A-Z]/.test(value)) +
  Number(/\d/.test(value)) +
  Number(/[^A-Za-z0-9]/.test(value));

/** An identifier in words: `user_session_timeout`, `MyTokenProvider`, `token-bucket`. */
const isWordy = (value: string): boolean => /^[-_.]*[A-Za-z]+(?:[-_.][A-Za-z]+)*[-_.]*$/.test(value);
/** A long one with a digit in it: `openid4vciIssueCredential`. */
const isIdentifier = (value: string): boolean =>
  isWordy(value) ||
  (value.length >= 20 && /^[A-Za-z]+\d[A-Za-z]+(?:[-_.][A-Za-z]+)*$/.test(value) && humpsOf(value) * 5 <= value.length);
/** Words in camel case are longer than what chance makes. */
const humpsOf = (value: string): number => value.match(/[a-z][A-Z]/g)?.length ?? 0;

function looksLikePassword(value: string, how: string, isQuoted: boolean): boolean {
  if (value.length < SECRET_CHARS_MIN || value.length > 128 || SENTENCE_WORD.test(value)) return false;
  if (!isQuoted && CODE.test(value) && kindsOf(value) < 4) return false;
  const isAssigned = /[=:|>]/.test(how);
  if (/^\d+$/.test(value)) return isAssigned;
  if (kindsOf(value) >= 2 && !isWordy(value)) return true;
  if (how === '=') return /^[a-z]+$/.test(value);
  return isAssigned && value.length >= (isQuoted ? 6 : 8) && (isQuoted || /^[a-z]+$/.test(value));
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Shorter ones only where they are assigned, and when they are no word. */
const TOKEN_CHARS_MIN = 12;
const SHORT_TOKEN = /^(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[\w!@#$%^&*+-]{6,11}$/;

function looksLikeToken(value: string, how = ''): boolean {
  if (CODE.test(value) || isIdentifier(value) || SENTENCE_WORD.test(value)) return false;
  if (value.length < TOKEN_CHARS_MIN)
    return (
      /[=:>]/.test(how) && SHORT_TOKEN.test(value) && entropyOf(value) >= 2.2 && !/^v?\d+(?:[.a-z]+\d*)*$/.test(value)
    );
  if (UUID.test(value)) return true;
  if (/^[\d.:-]+$/.test(value)) return false;
  const isHex = /^[0-9a-f]+$/i.test(value);
  const isRandom = entropyOf(value.slice(0, 64)) >= (isHex ? 2.7 : 3);
  // after nothing but a space it has to look like nothing else
  return how === ' '
    ? isRandom && value.length >= 20 && /\d/.test(value) && /[A-Za-z]/.test(value) && /^[\w+/=-]+$/.test(value)
    : isRandom;
}

/** Under the key of a secret; one that people choose need not be long. */
const isValueOfField = (value: string, { isPassword = false }: Place): boolean =>
  looksLikeToken(value) ||
  (isPassword &&
    value.length <= 128 &&
    kindsOf(value) >= 2 &&
    !isWordy(value) &&
    !CODE.test(value) &&
    !/^[\d.,:%-]+$/.test(value));

const QUOTES = [" '", ' "', ' `', '("', "('"] as const;

/** Whether anything in the text assigns, or is random enough to be a value by itself. */
function mayAssign(text: string, { mask, runMax }: TextProfile): boolean {
  if ((mask & (HAS.colon | HAS.equals)) !== 0 || runMax >= 20) return true;
  if (text.includes('</') || QUOTES.some((quote) => text.includes(quote))) return true;
  if ((mask & HAS.space) === 0) return false;
  return (
    text.includes(' is ') ||
    text.includes(' was ') ||
    text.includes(' set to ') ||
    text.includes('--') ||
    text.includes('|') ||
    text.includes('login ')
  );
}

const OPEN_TAG = /<[\w.:-]{1,63}$/;

type Value = { readonly start: number; readonly end: number; readonly isQuoted: boolean; readonly how: string };

/** Alone on its line, and nothing that begins a list of something else. */
function valueOfNextLine(text: string, start: number): Value | undefined {
  VALUE.lastIndex = start;
  const value = VALUE.exec(text)?.[0] ?? '';
  const end = start + value.length;
  const isAlone = end === text.length || text[end] === '\n' || text[end] === '\r';
  const isMixed = kindsOf(value) >= 3 || (/\d/.test(value) && /[A-Za-z]/.test(value));
  return isAlone && isMixed && !value.endsWith(':') ? { start, end, isQuoted: false, how: ':' } : undefined;
}

/** What stands in the place of a value that is masked already: as long as the value was, or as its token is. */
const MASKED = /\[~+\]/;

/** The part before what is masked already, or behind it: judged with it, it would be another value once that has become a token. */
function notYetMasked(text: string, value: Value): Value {
  let { start } = value;
  for (;;) {
    const found = MASKED.exec(text.slice(start, value.end));
    if (found === null) return { ...value, start };
    if (found.index > 0) return { ...value, start, end: start + found.index };
    start += found[0].length;
  }
}

const NAME_CHARS_MAX = 64;
const IS_NAME = Uint8Array.from({ length: 128 }, (_, code) => (/[\w-]/.test(String.fromCharCode(code)) ? 1 : 0));

/** Whether `?` or `&` stands before the name that ends there. */
function isNameInQuery(text: string, end: number): boolean {
  let at = end - 1;
  while (at >= 0 && end - at <= NAME_CHARS_MAX && IS_NAME[text.charCodeAt(at)] === 1) at--;
  return text[at] === '?' || text[at] === '&';
}

function valueAfter(text: string, wordEnd: number): Value | undefined {
  NEXT_LINE.lastIndex = wordEnd;
  if (NEXT_LINE.test(text)) return valueOfNextLine(text, NEXT_LINE.lastIndex);
  ASSIGNS.lastIndex = wordEnd;
  const assigned = ASSIGNS.exec(text);
  let how = assigned?.[0] ?? '';
  // of XML: `<password>…</password>`
  if (how.endsWith('>') && !how.includes('=') && !OPEN_TAG.test(text.slice(Math.max(0, wordEnd - 64), wordEnd)))
    return undefined;
  let start = wordEnd + how.length;
  if (ABOUT.test(assigned?.[1] ?? '')) return undefined;
  if (assigned === null) {
    // `--password hunter2`
    OPTION.lastIndex = wordEnd;
    const option = OPTION.exec(text);
    if (option === null) return undefined;
    start = wordEnd + option[0].length;
    // the cheap question first: a value of a query is one of these too
    VALUE.lastIndex = start;
    if (!VALUE.test(text)) return undefined;
    how = /(?:(?<![\w-])--?[\w-]{1,32}|login \S{1,64} password)$/.test(text.slice(Math.max(0, wordEnd - 80), wordEnd))
      ? '='
      : ' ';
  }
  const isQuoted = /["'`]$/.test(how);
  const isQuery = isNameInQuery(text, wordEnd);
  const pattern = isQuoted ? QUOTED_VALUE : isQuery ? QUERY_VALUE : VALUE;
  pattern.lastIndex = start;
  const value = pattern.exec(text)?.[0];
  if (value === undefined) return undefined;
  let end = start + value.length;
  // of what is assigned `!` is a part; of a sentence it is the end
  const trail = /[=:]/.test(how) ? '.:)]}\\' : '.!?:)]}\\';
  if (!isQuoted) while (end > start && trail.includes(text[end - 1] ?? ' ')) end--;
  return { start, end, isQuoted, how };
}

export function createAssignedSecrets(): Detector {
  const search = new WordSearch(WORDS);
  return {
    types: [TYPE],
    needs: 0,
    runMin: 3,
    find(scan) {
      const { text } = scan;
      if (text.length < (scan.place.isPassword === true ? 5 : 9)) return;
      if (scan.place.isSecret && !/\s/.test(text) && isValueOfField(text, scan.place) && !looksMadeUp(text)) {
        scan.propose({
          start: 0,
          end: text.length,
          type: TYPE,
          rule: 'secret-field',
          base: 0.7,
          because: 'key names a secret',
          isImmune: true,
        });
        return;
      }
      if ((scan.mentions & MENTIONS.secret) === 0 || !mayAssign(text, scan.profile)) return;
      let floor = 0;
      let lastEnd = -1;
      let sameEnds = 0;
      search.search(text, (index, at) => {
        if (at < floor) return;
        const word = WORDS[index] ?? '';
        scan.budget.spend(16);
        if (SHORT_WORDS.has(word) && /[a-z]/i.test(text[at - 1] ?? ' ')) return;
        const whole = valueAfter(text, at + word.length);
        if (whole === undefined) return;
        const value = notYetMasked(text, whole);
        const shown = text.slice(value.start, value.end);
        // a run of such words is one value after the other, all with the same end: not each is read to it
        sameEnds = value.end === lastEnd ? sameEnds + 1 : 0;
        lastEnd = value.end;
        if (sameEnds >= SAME_ENDS_MAX || shown.length === VALUE_CHARS_MAX) floor = value.end;
        if (shown.length < SECRET_CHARS_MIN || looksMadeUp(shown)) return;
        const isAssigned = /[=:|>]/.test(value.how);
        const isPassword = index < PASSWORD_WORDS.length;
        const isSecret = isPassword
          ? value.how !== ' ' && looksLikePassword(shown, value.how, value.isQuoted)
          : looksLikeToken(shown, value.how) && !shown.includes(' ');
        if (!isSecret || (isPassword && shown.includes(' ') && !/phrase/.test(word))) return;
        floor = value.end;
        scan.propose({
          start: value.start,
          end: value.end,
          type: TYPE,
          rule: isPassword ? 'assigned-password' : 'assigned-secret',
          base: isAssigned ? 0.75 : 0.6,
          because: `after "${word}"`,
          isImmune: true,
        });
      });
    },
  };
}
