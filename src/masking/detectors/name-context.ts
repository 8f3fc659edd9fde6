/** How much a run of capitalised words is a person's name, by what is known of the words and by what stands around them. */
import {
  isCapital,
  isGiven,
  isSurelyGiven,
  isSurelySurname,
  isSurname,
  isThing,
  fold,
} from '#masking/detectors/name-parts.ts';
import { AMBIGUOUS_NAMES } from '#masking/words/given-names.ts';
import {
  AFTER_NAMES,
  BEFORE_NAMES,
  BRANDS,
  GREETED,
  GREETINGS,
  LABELS_OF_NAMES,
  NAMING,
  NO_NAME_BEFORE,
  PLACE_BEFORE,
  PLACE_BEHIND,
  PLACE_FIRST,
  SURELY_AFTER,
  SURELY_BEFORE,
} from '#masking/words/person-words.ts';

/** As far as the words around a name are looked at. */
const LEAD_CHARS = 40;
const TAIL_CHARS = 24;

const WORD_BEFORE = /([\p{L}'’]+)[,:;.!]?["'(*]{0,2}[ \n]{1,2}["'(*]{0,2}$/u;
const WORD_AFTER = /^(?:['’]s)?[ ,]{1,2}([a-z]+)/;
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
const AND = /([\p{L}'’-]+),? (?:and|&) $/u;

export type Around = { readonly lead: string; readonly tail: string; readonly before: string; readonly after: string };

export function aroundOf(text: string, start: number, end: number): Around {
  const lead = text.slice(Math.max(0, start - LEAD_CHARS), start);
  const tail = text.slice(end, end + TAIL_CHARS);
  return {
    lead,
    tail,
    before: WORD_BEFORE.exec(lead)?.[1]?.toLowerCase() ?? '',
    after: WORD_AFTER.exec(tail)?.[1] ?? '',
  };
}

/** Streets, places and companies bear names of people too. */
export function isOfSomethingElse(names: readonly string[], behind: string, { lead, tail, before, after }: Around) {
  const [first = ''] = names;
  const last = names.at(-1) ?? '';
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

/** Whether the place is one where somebody is named, so that the name need not be known. */
function isNamingPlace({ lead, tail, before }: Around): boolean {
  if (NAMING.has(before) && !/[.!?;] $/.test(lead)) return true;
  if (BEFORE_ADDRESS.test(tail)) return true;
  const last = lead.at(-1);
  if (last === '\n') return ENDS_LINE.test(tail) && CLOSING.test(lead);
  if (last !== ' ' && last !== '"' && last !== '*' && last !== '|' && last !== '=' && last !== ':') return false;
  const label = /[:=|][ \t*"'_]{0,3}$/.test(lead) ? LABEL.exec(lead)?.[1]?.trim().toLowerCase() : undefined;
  return (label !== undefined && LABELS_OF_NAMES.has(label)) || NAME_IS.test(lead);
}

function scoreOfOne(name: string, around: Around): number {
  const { lead, tail, before, after } = around;
  const isGreeted = GREETINGS.has(before) && /^(?:[,!.\n]|$| -)/.test(tail) && !GREETED.has(fold(name));
  if (isGreeted || isNamingPlace(around)) return 0.6;
  if (!isSurelyGiven(name))
    return /^(?:mr|mrs|ms|named|name)$/.test(before) && (isGiven(name) || isSurname(name)) ? 0.6 : 0;
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

export function scoreOf(names: readonly string[], hasInitial: boolean, around: Around): number {
  const [first = ''] = names;
  const last = names.at(-1) ?? '';
  if (names.length === 1) return scoreOfOne(first, around);
  const { before, after } = around;
  const isKnownFirst = isGiven(first);
  const isKnownLast = isSurname(last);
  const isIntroduced = BEFORE_NAMES.has(before) || AFTER_NAMES.has(after);
  if (isKnownFirst && isKnownLast) return 0.85;
  if (hasInitial && !names.some(isThing)) return 0.65;
  if (isKnownFirst) {
    if (!AMBIGUOUS_NAMES.has(fold(first))) return 0.7;
    return isIntroduced || isNamingPlace(around) ? 0.55 : 0.3;
  }
  // family names first, as in Chinese and Hungarian
  if (isSurname(first) && isGiven(last)) return 0.7;
  if (isSurelySurname(last)) return isIntroduced ? 0.7 : 0.5;
  if (isSurelySurname(first) && isIntroduced) return 0.6;
  // nobody knows all names: who is written to or speaks is a person
  if (SURELY_BEFORE.has(before) || SURELY_AFTER.has(after)) return 0.55;
  return isNamingPlace(around) ? 0.55 : 0;
}
