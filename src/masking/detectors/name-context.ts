/** How much a run of capitalised words is a person's name, by what is known of the words and by what stands around them. */
import { isCapital, isThing, type NamePart } from '#masking/detectors/name-parts.ts';
import { fold, isGiven, KNOWN } from '#masking/words/known-words.ts';
import {
  AFTER_NAMES,
  BEFORE_NAMES,
  BRANDS,
  DEALINGS,
  GREETED,
  GREETINGS,
  LABELS_OF_NAMES,
  NAMING,
  NO_NAME_BEFORE,
  PLACE_BEFORE,
  PLACE_BEHIND,
  PLACE_FIRST,
  RELATIONS,
  SURELY_AFTER,
  SURELY_BEFORE,
} from '#masking/words/person-words.ts';

/** As far as the words around a name are looked at. */
const LEAD_CHARS = 40;
const TAIL_CHARS = 40;

const WORD_BEFORE = /([\p{L}'’]+)[,:;.!]?["'(*]{0,2}[ \n]{1,2}["'(*]{0,2}$/u;
/** `12 Amy Passage`, `5-8 Phillip Camp`: behind a number stands the name of a street. */
const HOUSE_NUMBER = /(?:^|[\s,(:])(?!(?:19|20)\d\d )[\d-]{2,7}[A-Za-z]?,? $/;
/** `Name: `, `Signed-off-by: `, `| Full name | `. */
const LABEL = /(?:^|[\n>|*•(,;{[-])[ \t*"'_]{0,4}([A-Za-z][A-Za-z -]{1,24})["'*_]{0,2}[ \t]?[:=|][ \t*"'_]{0,3}$/;
const NAME_IS = /\b(?:name(?:'s| is| was)|calls? me|called me|nombre es|name ist|heiße|heisse) $/i;
/** The end of a letter, and who wrote it on a line of its own. */
const CLOSING =
  /(?:regards|sincerely|cheers|best|thanks|thank you|wishes|yours|truly|gr[üu](?:ß|ss)en?|cordialement|saludos|atentamente|saluti)[ ,.!]{0,2}\n{1,2}$/i;
const ENDS_LINE = /^[ ,.]?(?:\n|$)/;
const BEFORE_ADDRESS = /^["'*]{0,2} ?(?:<|\(|- |\[|&lt;)[\w.+-]{1,64}@/;
/** `Smith and Sons`, `Meredith Holdings`. */
const COMPANY =
  /^(?:,? (?:and Sons|& |Inc\b|LLC|Ltd|GmbH|AG\b|Corp|Group|Holdings|PLC|plc|S\.A|SE\b|SARL|KG\b|e\.K|OHG))/;
/** Ends of family names that hardly any other word has: of the Balkans, Poland, Ukraine, Bohemia, Scandinavia, Greece, Georgia, Armenia. */
const FAMILY_END =
  /(?:ovi[cćč]|evi[cćč]|i[ćč]|[sc]ki|sky|[sc]ka|ská|wicz|czyk|enko|[cz]h?uk|d[oó]ttir|sson|ssen|dsen|rsen|gaard|k?[qk]vist|quist|escu|[oó]poulos|akis|idis|o[gğ]lu|shvili|adze|ov[áa]|ev[áa]|[b-df-hj-np-tv-z](?:ov|ev)|[aeiou]mov|ánek|yan)$/;
const FAMILY_CHARS_MIN = 7;
const OF_SOMEBODY = new RegExp(`\\b(?:my|our|his|her|their|your)(?: [a-z]{2,10})? (?:${RELATIONS}) $`, 'i');
const WITH_SOMEBODY = new RegExp(`\\b(?:${DEALINGS}) (?:to|with|by|for|from|of|under) $`, 'i');
/** `Aatos Niemelä - Sales Manager`. */
const WITH_TITLE =
  /^(?: [-–—|] |, |\n)(?:[A-Z][a-z]{1,14} (?:of )?){0,2}(?:Manager|Director|Engineer|Officer|President|Analyst|Consultant|Coordinator|Specialist|Executive|Assistant|Developer|Designer|Administrator|Accountant|Attorney|Professor|CEO|CTO|CFO|COO|Founder|Esq|PhD|MD)\b/;
const ADDRESSED = /^, (?:can|could|would|please|are|have|did|do|will) (?:you|we)?\b/;
const AND = /([\p{L}'’-]+),? (?:and|&) $/u;

export type Around = { readonly lead: string; readonly tail: string; readonly before: string; readonly after: string };

export function aroundOf(text: string, start: number, end: number): Around {
  return {
    lead: text.slice(Math.max(0, start - LEAD_CHARS), start),
    tail: text.slice(end, end + TAIL_CHARS),
    before: wordBefore(text, start).toLowerCase(),
    after: wordBehind(text, end),
  };
}

const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a;
/** What closes or opens a quotation, a bracket or emphasis, and what ends a part of a sentence. */
const isMark = (code: number): boolean => code === 0x22 || code === 0x27 || code === 0x28 || code === 0x2a;
const isPause = (code: number): boolean =>
  code === 0x2c || code === 0x3a || code === 0x3b || code === 0x2e || code === 0x21;

/** `WORD_BEFORE`, read backwards: what it is asked most, of every capital. */
export function wordBefore(text: string, start: number): string {
  const floor = Math.max(0, start - LEAD_CHARS);
  let end = start;
  while (end > floor && isMark(text.charCodeAt(end - 1))) end--;
  const spaceEnd = end;
  while (end > floor && isSpace(text.charCodeAt(end - 1))) end--;
  if (start - spaceEnd > 2 || spaceEnd === end || spaceEnd - end > 2 || end === floor) return '';
  if (isPause(text.charCodeAt(end - 1))) end--;
  let at = end;
  while (at > floor && (isLetter(text.charCodeAt(at - 1)) || text.charCodeAt(at - 1) === 0x27)) at--;
  const stop = at > floor ? text.charCodeAt(at - 1) : 0;
  // letters of other alphabets, and words that end with a mark
  if (stop >= 0x80 || isMark(text.charCodeAt(end - 1))) return byPattern(text.slice(floor, start));
  return text.slice(at, end);
}

const byPattern = (lead: string): string => WORD_BEFORE.exec(lead)?.[1] ?? '';

/** The word in small letters behind a name, or behind the `'s` of it. */
function wordBehind(text: string, end: number): string {
  const limit = Math.min(text.length, end + TAIL_CHARS);
  const mark = text.charCodeAt(end);
  let start = end;
  if (mark === 0x27 || mark === 0x2019) {
    if (text.charCodeAt(end + 1) !== 0x73) return '';
    start += 2;
  }
  const isGap = (code: number): boolean => code === 0x20 || code === 0x2c;
  if (!isGap(text.charCodeAt(start))) return '';
  start += isGap(text.charCodeAt(start + 1)) ? 2 : 1;
  let at = start;
  while (at < limit && text.charCodeAt(at) >= 0x61 && text.charCodeAt(at) <= 0x7a) at++;
  return text.slice(start, at);
}

/** Streets, places and companies bear names of people too. */
export function isOfSomethingElse(names: readonly NamePart[], behind: string, { lead, tail, before, after }: Around) {
  const first = names[0]?.word ?? '';
  const last = names.at(-1)?.word ?? '';
  return (
    PLACE_BEHIND.has(behind.toLowerCase()) ||
    PLACE_BEHIND.has(after) ||
    (names.length > 1 && (PLACE_BEHIND.has(last.toLowerCase()) || PLACE_FIRST.has(first.toLowerCase()))) ||
    PLACE_BEFORE.has(before) ||
    HOUSE_NUMBER.test(lead) ||
    COMPANY.test(tail) ||
    (names.length > 1 && BRANDS.has(fold(`${first} ${last}`)))
  );
}

/** What `NAME_IS` ends with, but for what stands in quotation marks. */
const NAME_IS_ENDS: ReadonlySet<string> = new Set(["name's", 'is', 'was', 'me', 'es', 'ist', 'heiße', 'heisse']);
const AFTER_LABEL = /[:=|][ \t*"'_]{0,3}$/;

/** Whether the place is one where somebody is named, so that the name need not be known. */
function isNamingPlace({ lead, tail, before }: Around): boolean {
  if (NAMING.has(before) && !/[.!?;] $/.test(lead)) return true;
  if (mayPrecedeAddress(tail) && BEFORE_ADDRESS.test(tail)) return true;
  const last = lead.at(-1);
  if (last === '\n') return ENDS_LINE.test(tail) && CLOSING.test(lead);
  if (last !== ' ' && last !== '"' && last !== '*' && last !== '|' && last !== '=' && last !== ':') return false;
  if (AFTER_LABEL.test(lead.slice(-4))) {
    const label = LABEL.exec(lead)?.[1]?.trim().toLowerCase();
    if (label !== undefined && LABELS_OF_NAMES.has(label)) return true;
  }
  return last === ' ' && (NAME_IS_ENDS.has(before) || /['’]/.test(before)) && NAME_IS.test(lead);
}

/** The first characters of what `BEFORE_ADDRESS` matches. */
function mayPrecedeAddress(tail: string): boolean {
  const first = tail[0] ?? '';
  return first === ' ' ? '<(-[&'.includes(tail[1] ?? 'x') : '"\'*<(-[&'.includes(first) && first !== '';
}

const TITLED: ReadonlySet<string> = new Set(['mr', 'mrs', 'ms', 'named', 'name']);

const isOfFamily = (word: string): boolean => word.length >= FAMILY_CHARS_MIN && FAMILY_END.test(word);

/** Of names that nobody knows: whether somebody must be meant. */
function isSomebody({ lead, tail }: Around): boolean {
  if (WITH_SOMEBODY.test(lead) || OF_SOMEBODY.test(lead)) return true;
  const isLineStart = lead === '' || lead.endsWith('\n');
  return isLineStart && (WITH_TITLE.test(tail) || ADDRESSED.test(tail));
}

function scoreOfOne({ word, known }: NamePart, around: Around): number {
  const { lead, tail, before, after } = around;
  const isGreeted = GREETINGS.has(before) && /^(?:[,!.\n]|$| -)/.test(tail) && !GREETED.has(fold(word));
  if (isGreeted || isNamingPlace(around) || OF_SOMEBODY.test(lead)) return 0.6;
  if ((known & KNOWN.surelyGiven) === 0)
    return (known & (KNOWN.given | KNOWN.surname)) !== 0 && TITLED.has(before) ? 0.6 : 0;
  // `Parry, Warren and Jones`: a company by its founders
  const other = before === 'and' ? AND.exec(lead)?.[1] : undefined;
  if (other !== undefined && isCapital(other) && !isGiven(other)) return 0;
  if (BEFORE_NAMES.has(before) || AFTER_NAMES.has(after)) return 0.65;
  const isLineStart = lead === '' || lead.endsWith('\n');
  if (isLineStart) return /^(?::|,) /.test(tail) ? 0.6 : 0.3;
  if (/^['’]s /.test(tail)) return 0.55;
  // in the middle of a sentence, between small words
  const isInSentence = /[a-z,] $/.test(lead) && !NO_NAME_BEFORE.has(before) && /^(?:[.,!?;)\n]|$| [a-z])/.test(tail);
  return isInSentence ? 0.5 : 0.3;
}

export function scoreOf(names: readonly NamePart[], hasInitial: boolean, around: Around): number {
  const [first] = names;
  const last = names.at(-1);
  if (first === undefined || last === undefined) return 0;
  if (names.length === 1) return scoreOfOne(first, around);
  const { before, after } = around;
  const isKnownFirst = (first.known & KNOWN.given) !== 0;
  if (isKnownFirst && (last.known & KNOWN.surname) !== 0) return 0.85;
  if (hasInitial && !names.some(isThing)) return 0.65;
  const isIntroduced = BEFORE_NAMES.has(before) || AFTER_NAMES.has(after);
  if (isKnownFirst) {
    if ((first.known & KNOWN.surelyGiven) !== 0) return 0.7;
    return isIntroduced || isNamingPlace(around) ? 0.55 : 0.3;
  }
  // family names first, as in Chinese and Hungarian
  if ((first.known & KNOWN.surname) !== 0 && (last.known & KNOWN.given) !== 0) return 0.7;
  if ((last.known & KNOWN.surelySurname) !== 0) return isIntroduced ? 0.7 : 0.5;
  if ((first.known & KNOWN.surelySurname) !== 0 && isIntroduced) return 0.6;
  // nobody knows all names: who is written to or speaks is a person
  if (SURELY_BEFORE.has(before) || SURELY_AFTER.has(after)) return 0.55;
  if (names.some(isThing)) return isNamingPlace(around) ? 0.55 : 0;
  return isOfFamily(last.word) || isNamingPlace(around) || isSomebody(around) ? 0.55 : 0;
}
