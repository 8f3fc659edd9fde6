/**
 * Text as a reader has to see it before they agree to it: what cannot be seen, and what looks like something else, is told
 * apart from the rest, so that it can be spelled out. What people write every day in their own script stays as it is.
 *
 * After Unicode UTS 39 (confusables, mixed scripts) and UTR 36; the scripts are those whose letters pass for Latin ones.
 */
import { HIDDEN } from '#definitions/hidden-text.ts';

export type TextPiece = { readonly kind: 'plain' | 'hidden' | 'look_alike'; readonly text: string };

/** Copies of ASCII in other widths and faces, letters of phonetics, spaces that are none, and marks that pass for ASCII ones. */
const COPIES =
  /[\uff01-\uff5e\u{1d400}-\u{1d7ff}\u{1f100}-\u{1f189}\u2100-\u2134\u2139\u2160-\u217f\u0250-\u02af\u1d00-\u1d7f]|[\p{Zs}--[ \u3000]]|[\u00b4\u01c0\u01c3\u02b9-\u02d7\u037e\u0589\u05c3\u05f3\u05f4\u2010\u2011\u2024\u2032-\u2037\u2044\u2212\u2215\u2216\u2217\u2223\u2236\u223c\u2768-\u2775\u29f5\u29f8\u29f9\ua789\ufe52\ufe55\ufe68]/v;
/** Drawn over the letter before; or so many on one letter that they cover others. */
const OVERLAID = /[\u0334-\u0338\u20d2-\u20e0]|(?<=\p{M}{2})\p{M}/u;
const FOREIGN = /[[\p{sc=Cyrl}\p{sc=Grek}\p{sc=Armn}\p{sc=Cher}\p{sc=Copt}\p{sc=Lisu}\p{sc=Dsrt}\p{sc=Tfng}]&&\p{L}]/v;
/** Greek letters that people write beside Latin ones in formulas, and that look like none of them. */
const FORMULA = /[ΓΔΘΛΞΠΣΦΨΩαβγδεζηθλμξπσςτφχψω]/u;
/** Letters of those scripts with the face of a Latin one. */
const LATIN_FACES =
  /[АВЕЅІЈКМНОРСТУХЬаеѕіјорсухԁһԛԝүӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧιανορυϲϳՏՕՍօսոհցքᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏃᏎᏏᏒᏔᏙᏚᏞᏟᏢᏦꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓤꓦꓧꓨꓩꓪꓫꓬꓮꓰꓲꓳꓴⲞⲢⲤⲦⲬⲟⲣⲥ]/u;
const LATIN = /\p{sc=Latn}/u;
const OTHER_LETTER = /[\p{L}--\p{sc=Latn}]/v;
const FOREIGN_DIGIT = /[\p{Nd}--[0-9]]/v;
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;

/** Nearly all text has none of it, which one search tells. */
const SUSPECT = new RegExp(
  [HIDDEN, COPIES, OVERLAID, FOREIGN, FOREIGN_DIGIT].map(({ source }) => source).join('|'),
  'v',
);

const every = (text: string, pattern: RegExp): boolean => Array.from(text).every((letter) => pattern.test(letter));

/** Which letters of the word pass for others. `isForeignText`: the text has letters that nobody takes for Latin ones; `isMixedText`: it has Latin ones. */
function lookAlikesIn(word: string, isForeignText: boolean, isMixedText: boolean): (letter: string) => boolean {
  if (LATIN.test(word)) return (letter) => FOREIGN.test(letter) && !FORMULA.test(letter);
  const letters = word.replaceAll(/[^\p{L}]/gu, '');
  // Beside Latin text, a word of more than one letter has to show by itself that it is of another script.
  const isTrusted = isForeignText && (letters.length < 2 || !isMixedText);
  const isDisguised = !isTrusted && letters !== '' && every(letters, LATIN_FACES);
  return (letter) => isDisguised && FOREIGN.test(letter);
}

/** In their order; together they are the text. */
export function textPieces(text: string): readonly TextPiece[] {
  if (!SUSPECT.test(text)) return text === '' ? [] : [{ kind: 'plain', text }];
  const isForeignText = Array.from(text).some(
    (letter) => OTHER_LETTER.test(letter) && !LATIN_FACES.test(letter) && !COPIES.test(letter),
  );
  const isMixedText = LATIN.test(text);
  const disguised = new Set<number>();
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const isLookAlike = lookAlikesIn(word, isForeignText, isMixedText);
    const isPlainWord = !isForeignText || /[0-9A-Za-z]/.test(word);
    for (let at = 0; at < word.length; at += 1) {
      const letter = String.fromCodePoint(word.codePointAt(at) ?? 0);
      const isDigit = isPlainWord && FOREIGN_DIGIT.test(letter);
      if (isLookAlike(letter) || isDigit) disguised.add(index + at);
      at += letter.length - 1;
    }
  }
  const pieces: TextPiece[] = [];
  let plainFrom = 0;
  let at = 0;
  for (const letter of text) {
    const kind = kindOf(letter, text.slice(Math.max(0, at - 4), at), disguised.has(at));
    if (kind !== 'plain') {
      if (plainFrom < at) pieces.push({ kind: 'plain', text: text.slice(plainFrom, at) });
      pieces.push({ kind, text: letter });
      plainFrom = at + letter.length;
    }
    at += letter.length;
  }
  if (plainFrom < at) pieces.push({ kind: 'plain', text: text.slice(plainFrom) });
  return pieces;
}

function kindOf(letter: string, before: string, isDisguised: boolean): TextPiece['kind'] {
  if (HIDDEN.test(letter)) return 'hidden';
  if (isDisguised || COPIES.test(letter)) return 'look_alike';
  return OVERLAID.test(letter) || (/\p{M}{2}$/u.test(before) && /\p{M}/u.test(letter)) ? 'look_alike' : 'plain';
}

const codeOf = (letter: string): string => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`;

/** One character as `\u{200b}`; a letter that can be seen stands before its code. */
export const spelled = ({ kind, text }: TextPiece): string => {
  if (kind === 'plain') return text;
  return kind === 'hidden' || /[\p{Zs}\p{M}]/u.test(text) ? codeOf(text) : `${text}${codeOf(text)}`;
};

/** All of it as one line of text, for where nothing can be marked. */
export const spelledOut = (text: string): string =>
  textPieces(text)
    .map(spelled)
    .join('')
    .replaceAll(/[\t\n\r]/g, (blank) => JSON.stringify(blank).slice(1, -1));
