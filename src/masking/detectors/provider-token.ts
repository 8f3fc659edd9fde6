/** Tokens and keys with a prefix of their provider: all prefixes are searched for in one pass, then the format of the one that was found is tried at its place. */
import { hasGithubChecksum } from '#masking/detectors/github-checksum.ts';
import { looksMadeUp } from '#masking/detectors/made-up.ts';
import { WordSearch } from '#masking/engine/aho-corasick.ts';
import { isWordChar, type Detector } from '#masking/engine/detector.ts';
import type { TokenFormat } from '#masking/words/token-format.ts';
import { TOKEN_FORMATS } from '#masking/words/token-formats.ts';

type Compiled = TokenFormat & { readonly pattern: RegExp };

const PREFIXES = [...new Set(TOKEN_FORMATS.map(({ prefix }) => prefix))];

/** New Relic puts its mark at the end of a license key. */
const LICENSE_END = 'NRAL';
const LICENSE = /(?:^|[^0-9A-Za-z])[0-9a-f]{36}$/;

/** A token may not go on behind its longest form; `rest` takes as much as it can. */
const compile = (format: TokenFormat): Compiled => ({
  ...format,
  pattern: new RegExp(`${format.rest}(?![A-Za-z0-9])`, 'y'),
});

/** The shortest token there is. */
const CHARS_MIN = 16;
/** What tokens are made of, prefix and all; but for one prefix that ends with a space. */
const IS_CHAR = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9_\-./+=:~%!$@]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const LEAD_CHARS = 8;

/** Calls `found` with each run of such characters that is long enough: it covers a place at a multiple of that length, and only those are looked at first. */
function eachLongRun(text: string, found: (start: number, end: number) => void): void {
  let floor = 0;
  for (let at = CHARS_MIN - 1; at < text.length; at += CHARS_MIN) {
    if (IS_CHAR[text.charCodeAt(at)] !== 1) continue;
    let start = at;
    while (start > floor && IS_CHAR[text.charCodeAt(start - 1)] === 1) start--;
    let end = at + 1;
    while (end < text.length && IS_CHAR[text.charCodeAt(end)] === 1) end++;
    if (end - start >= CHARS_MIN) found(start, end);
    floor = end;
    at += Math.trunc((end - at) / CHARS_MIN) * CHARS_MIN;
  }
}

export function createProviderTokens(): Detector {
  const byPrefix = PREFIXES.map((prefix) => TOKEN_FORMATS.filter((format) => format.prefix === prefix).map(compile));
  const search = new WordSearch(PREFIXES);
  return {
    types: ['SECRET'],
    needs: 0,
    runMin: CHARS_MIN,
    find(scan) {
      const { text } = scan;
      let floor = 0;
      const tryAt = (index: number, start: number): void => {
        const prefix = PREFIXES[index] ?? '';
        if (start < floor || !text.startsWith(prefix, start)) return;
        // `sk-` inside of `task-…` begins nothing; `.atlasv1.` stands in the middle of its token
        if (isWordChar(prefix, 0) && isWordChar(text, start - 1) && prefix !== LICENSE_END) return;
        for (const { pattern, rule, checksum } of byPrefix[index] ?? []) {
          pattern.lastIndex = start + prefix.length;
          const match = pattern.exec(text);
          if (match === null) continue;
          if (prefix === LICENSE_END && !LICENSE.test(text.slice(Math.max(0, start - 37), start))) continue;
          const token = text.slice(start, pattern.lastIndex);
          // two letters and hexadecimal digits, or a word and a dash, are also something else
          const isWeak = prefix.length <= 3 && !/[-_.]$/.test(prefix);
          if ((prefix !== LICENSE_END && looksMadeUp(match[0])) || (isWeak && !hasVariety(match[0]))) continue;
          const isChecked = checksum === 'github' && token.length === 40 && hasGithubChecksum(token);
          floor = pattern.lastIndex;
          scan.propose({
            start: tokenStart(text, start, prefix),
            end: pattern.lastIndex,
            type: 'SECRET',
            rule,
            base: isWeak ? 0.7 : 0.95,
            isValidated: !isWeak,
            because: isChecked ? 'format, checksum' : 'format',
            isImmune: true,
          });
          return;
        }
      };
      eachLongRun(text, (start, end) => search.search(text, tryAt, Math.max(0, start - LEAD_CHARS), end));
    },
  };
}

/** For prefixes that stand inside: back to where the token begins. */
function tokenStart(text: string, start: number, prefix: string): number {
  if (
    prefix !== LICENSE_END &&
    prefix !== '.atlasv1.' &&
    prefix !== '.webhook.office.com/' &&
    prefix !== '8Q~' &&
    !prefix.includes('.com/')
  )
    return start;
  let at = start;
  while (at > 0 && start - at < 64 && /[A-Za-z0-9_~.:/-]/.test(text[at - 1] ?? ' ')) at--;
  return at;
}

const hasVariety = (text: string): boolean => /\d/.test(text) && /[A-Za-z]/.test(text) && new Set(text).size >= 8;
