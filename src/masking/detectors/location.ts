/** Places where people are: street addresses, US cities with state and ZIP, well-known cities after a word of place, and fields named so. */
import { isWordChar, type Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { HAS, NEXT_TO } from '#masking/engine/text-profile.ts';
import { GIVEN_NAMES } from '#masking/words/given-names.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';
import { CITIES, PLACE_WORDS, STATE_NAMES, STATES, STREET_SUFFIXES } from '#masking/words/places.ts';

const TYPE = 'LOCATION';
const CAP = "[A-ZÀ-ÖØ-Þ0-9][A-Za-zÀ-ÖØ-öø-ÿ0-9'’.-]{0,20}";
const UNIT = '(?:,?[ ](?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Room|Rm|#)\\.?[ ]?#?[A-Za-z0-9-]{1,6})?';
const CITY = "[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ÿ'’.-]{1,20}(?:[ ][A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ÿ'’.-]{1,20}){0,2}";
const CITY_STATE = `${CITY},?[ ](?:${STATES}|${STATE_NAMES})(?![A-Za-z])(?:,?[ ]\\d{5}(?:-\\d{4})?(?!\\d))?`;
const STREET = new RegExp(
  `(?<![\\w$.-])\\d{1,5}[A-Za-z]?[ ](?:${CAP}[ ]){1,4}(?:${STREET_SUFFIXES})\\b\\.?(?:[ ](?:N|S|E|W|NE|NW|SE|SW)\\b\\.?)?${UNIT}(?:,?[ \\n]{1,2}${CITY_STATE})?`,
  'g',
);
/** A number and a capital behind it: most numbers have none. */
const STREET_GATE = /\d[A-Za-z]? [A-Z0-9]/;
const BOX = new RegExp(`(?<!\\w)P\\.?[ ]?O\\.?[ ]?Box[ ]\\d{1,6}(?:,[ ]${CITY_STATE})?`, 'gi');
const CITY_WITH_STATE = new RegExp(
  `(?<![\\w.-])(${CITY}),[ ](?:(?:${STATES})(?:,?[ ]\\d{5}(?:-\\d{4})?)?|${STATE_NAMES})(?![\\w-])`,
  'g',
);
/** `Hauptstraße 12, 10115 Berlin`. */
const CONTINENTAL =
  /(?<!\w)(?:[A-ZÀ-Þ][a-zß-ÿ]{2,20}(?:straße|strasse|str\.|gasse|weg|allee|platz|ring|ufer|damm|straat|laan|gracht)|(?:Rue|Avenue|Boulevard|Via|Calle|Plaza|Rua|Viale|Corso)(?:[ ](?:de|des|du|la|del|della|dei|d'|l'|les))?(?:[ ][A-ZÀ-Þ][a-zß-ÿ]{1,20}){1,2})[ ,]{1,2}\d{1,4}[a-z]?(?![\w.])(?:,[ ]\d{4,5}[ ][A-ZÀ-Þ][a-zß-ÿ]{2,20})?/g;

/** `12 bis, rue de la République, 69002 Lyon`: in French the number stands first. */
const FRENCH =
  /(?<![\w.$-])\d{1,4}(?:[ ](?:bis|ter|quater))?,?[ ](?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Qq]uai|[Cc]hemin|[Ii]mpasse)(?:[ ](?:de|du|des|la|le|les|d[’']|l[’'])){0,3}[ ]?(?:[A-ZÀ-Þ][A-Za-zÀ-ÿ’'-]{1,20}[ ]?){1,4}(?:,[ ]\d{5}[ ][A-ZÀ-Þ][A-Za-zÀ-ÿ’'-]{1,24})?/g;

/** A city, where the word before says that it is one. */
const AFTER_PLACE_WORD = new RegExp(
  `(?<!\\w)(${PLACE_WORDS.join('|')})[ ]([A-ZÀ-ÖØ-Þ][a-zß-öø-ÿã]{2,14}(?:[ ](?:de[ ])?[A-Z][a-z]{2,10}){0,2})`,
  'g',
);

function findCities(scan: Scan): void {
  const { text } = scan;
  eachMatch(AFTER_PLACE_WORD, text, (match) => {
    const [whole, lead = '', found = ''] = match;
    const start = match.index + whole.length - found.length;
    const words = found.split(' ');
    for (let count = words.length; count > 0; count--) {
      const name = words.slice(0, count).join(' ');
      if (!CITIES.has(name.toLowerCase().replaceAll(' ', '_')) || /[\w-]/.test(text[start + name.length] ?? ' '))
        continue;
      scan.propose({
        start,
        end: start + name.length,
        type: TYPE,
        rule: 'city',
        base: 0.6,
        because: `after "${lead.toLowerCase()}"`,
        isImmune: true,
      });
      return true;
    }
    return false;
  });
}

/** `Hiroshi Tanaka, MD` is a physician. */
function isNoCity(city: string, whole: string): boolean {
  // `BD, CA, IN`: codes of something
  if (!/[a-zß-ÿ]/.test(city)) return !/\d{5}/.test(whole);
  const [first = ''] = city.split(' ');
  return (
    city.includes(' ') &&
    GIVEN_NAMES.has(first.toLowerCase()) &&
    !/\d{5}/.test(whole) &&
    !CITIES.has(city.toLowerCase().replaceAll(' ', '_'))
  );
}

function findField(scan: Scan): void {
  const value = scan.text.trim();
  if (value.length < 2 || value.length > 200 || /[@<>{}[\]]|:\/\/|^0x/.test(value)) return;
  const isPostal = /^[A-Z0-9][A-Z0-9 -]{2,9}$/i.test(value) && /\d/.test(value);
  if (!isPostal && !/[A-Za-zÀ-ÿ\u0370-\uffee]{2}/.test(value)) return;
  if (/^(?:n\/?a|none|null|unknown|other|default|true|false|-)$/i.test(value)) return;
  const start = scan.text.indexOf(value);
  scan.propose({ start, end: start + value.length, type: TYPE, rule: 'address-field', base: 0.4 });
}

export const location: Detector = {
  types: ['LOCATION'],
  needs: 0,
  find(scan) {
    if (scan.isKeyed(TYPE)) return findField(scan);
    const { text, profile } = scan;
    if ((profile.mask & (HAS.upper | HAS.space)) !== (HAS.upper | HAS.space)) return;
    const add = (rule: string, base: number) => (match: RegExpExecArray) => {
      if (rule === 'city-and-state' && isNoCity(match[1] ?? '', match[0])) return false;
      const start = match.index;
      let end = start + match[0].length;
      if (isWordChar(text, end)) return false;
      if (text[end - 1] === '.' && !/(?:St|Ave|Rd|Blvd|Dr|Ln|Ct|Pl)\.$/.test(match[0])) end--;
      scan.propose({ start, end, type: TYPE, rule, base, isImmune: true });
      return true;
    };
    const { pairs } = profile;
    if ((pairs & NEXT_TO.capitalised) === 0) return;
    const hasFurtherCapital = (pairs & NEXT_TO.spaceCapital) !== 0;
    const hasFurtherNumber = (pairs & NEXT_TO.spaceDigit) !== 0;
    if (profile.digits > 0 && hasFurtherCapital && STREET_GATE.test(text))
      eachMatch(STREET, text, add('street-address', 0.75));
    if (profile.digits > 0 && hasFurtherCapital && (scan.mentions & MENTIONS.street) !== 0)
      eachMatch(FRENCH, text, add('street-address', 0.7));
    if (hasFurtherNumber) {
      if ((scan.mentions & MENTIONS.box) !== 0) eachMatch(BOX, text, add('post-box', 0.75));
      if ((scan.mentions & MENTIONS.street) !== 0) eachMatch(CONTINENTAL, text, add('street-address', 0.7));
    }
    if (!hasFurtherCapital) return;
    if ((pairs & NEXT_TO.commaSpace) !== 0) eachMatch(CITY_WITH_STATE, text, add('city-and-state', 0.7));
    findCities(scan);
  },
};
