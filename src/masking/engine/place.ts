/**
 * What a value stands under: the meaning of its key, of the key above, and of its siblings. Judged once for each
 * spelling of a key; a key itself is never kept with a value.
 */
import {
  ADDRESS_WORDS,
  FILLERS,
  ID_WORDS,
  NEGATIVE_KEY_WORDS,
  NO_DOERS,
  NO_PLACE_WORDS,
  NO_SECRET_WORDS,
  ORGANIZATION_NAMES,
  ORGANIZATION_ROLES,
  PASSWORD_KEY_WORDS,
  PERSON_NAMES,
  PERSON_ROLES,
  PERSON_SIBLINGS,
  PROGRAM_PARENTS,
  PROSE_NAMES,
  QUALIFIERS,
  ROW_NAMES,
  SECRET_WORDS,
  TYPE_WORDS,
  UNSURE_PARENTS,
  UNSURE_ROLES,
  VALUE_NAMES,
} from '#masking/words/key-words.ts';

export type Place = {
  /** Entities that the key names. */
  readonly types: readonly string[];
  /** Whether the key may name a person: whoever looks like one (`assignee`), or only who has a known name (`name`, `from`). */
  readonly person: 'no' | 'known-names' | 'any-name';
  /** What speaks against numbers under the key: they are drawn as ids, or counted and computed. */
  readonly against: 'nothing' | 'ids' | 'numbers';
  /** The key names a secret, so that a value that looks like one is one. */
  readonly isSecret: boolean;
  /** The secret is one that people choose, so that it need not be long. */
  readonly isPassword?: boolean;
  /** There is a key at all: the text is a field, not prose. */
  readonly isField: boolean;
};

export const NO_PLACE: Place = { types: [], person: 'no', against: 'nothing', isSecret: false, isField: false };

/** A key by itself. */
export type KeyMeaning = {
  readonly place: Place;
  /** Lower case, without separators. */
  readonly joined: string;
  readonly isName: boolean;
  /** `number`, `value`: what the key above names. */
  readonly isGeneric: boolean;
  readonly isPersonRole: boolean;
  /** A person, a program or a company. */
  readonly isUnsureRole: boolean;
  readonly isOrganizationRole: boolean;
  readonly isPersonSibling: boolean;
  /** Nothing around the key changes what it means. */
  readonly isSettled: boolean;
  /** `value`: what it is, a sibling says. */
  readonly isValueName: boolean;
  /** A number: what it stands in counts, not it. */
  readonly isIndex: boolean;
  /** An identifier that can hold nothing sensitive itself. */
  readonly isPlain: boolean;
};

/** So many letters in a row are no word: some tokens have no digit. */
const TOKEN_LIKE = /[A-Za-z]{30}/;
const KEY_CHARS_MAX = 96;
const CACHE_ENTRIES_MAX = 4_096;

const wordsOf = (key: string): string[] =>
  key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9à-ÿ]+/)
    .filter((word) => word !== '');

function typesOf(words: readonly string[], joined: string): string[] {
  const types: string[] = [];
  for (const [type, named, whole] of TYPE_WORDS) {
    if (whole.includes(joined) || words.some((word) => named.includes(word)) || named.includes(joined))
      types.push(type);
  }
  const pairs = words.slice(1).map((word, at) => `${words[at]}${word}`);
  for (const [type, named, whole] of TYPE_WORDS) {
    if (!types.includes(type) && pairs.some((pair) => named.includes(pair) || whole.includes(pair))) types.push(type);
  }
  return types;
}

/** `phone_number_1` → `phone`; nothing when the name describes its value. */
function withoutFillers(words: readonly string[]): readonly string[] {
  let end = words.length;
  while (end > 1 && FILLERS.has(words[end - 1] ?? '')) end--;
  return words.slice(0, end);
}

function meaningOf(key: string): KeyMeaning {
  const words = wordsOf(key);
  const joined = words.join('');
  const core = withoutFillers(words);
  const last = core.at(-1) ?? '';
  const isDescription = core.length > 1 && QUALIFIERS.has(last);
  const isBirth = /birth|dob/.test(joined) && !/place|name|city|country|certificate/.test(joined);
  const types = isDescription && !isBirth ? [] : typesOf(words, joined);
  if (/birth(?:place|city|country|name|certificate)/.test(joined)) types.splice(0);
  const isFlag =
    /^(?:is|has|can|should|num|count|total|enable|allow|show|max|min)$/.test(words[0] ?? '') && words.length > 1;
  if (isFlag) types.splice(0);
  const isPersonName =
    PERSON_NAMES.has(joined) ||
    PERSON_NAMES.has(core.join('')) ||
    (words.length > 1 && last === 'name' && words.slice(0, -1).some(isRole)) ||
    (words.length > 2 && words.slice(-2).join('') in NAME_PARTS);
  if (types.length === 0 && !isFlag) {
    if (isPersonName) types.push('PERSON');
    else if (isAddress(words, joined) && !isDescription) types.push('LOCATION');
    else if (ORGANIZATION_NAMES.has(joined)) types.push('ORGANIZATION');
  }
  const hasRole = !PROGRAM_PARENTS.has(joined) && (isRole(last) || isRole(words[0] ?? ''));
  const isUnsureRole = hasRole && (UNSURE_PARENTS.has(last) || UNSURE_PARENTS.has(words[0] ?? ''));
  const isPersonRole = hasRole && !isUnsureRole;
  const against =
    types.length > 0
      ? 'nothing'
      : words.some((word) => NEGATIVE_KEY_WORDS.has(word))
        ? 'numbers'
        : words.some((word) => ID_WORDS.has(word) || /^[a-z]{1,2}id$/.test(word))
          ? 'ids'
          : 'nothing';
  const isSecret =
    !isFlag &&
    words.some((word) => SECRET_WORDS.has(word)) &&
    !words.some((word) => NO_SECRET_WORDS.has(word)) &&
    (!isDescription || last === 'key');
  const place: Place = {
    types,
    person:
      types.length > 0 || isFlag || !isRole(last)
        ? 'no'
        : UNSURE_ROLES.has(last) && !isDoer(words)
          ? 'known-names'
          : 'any-name',
    against,
    isSecret,
    ...(isSecret && words.some((word) => PASSWORD_KEY_WORDS.has(word)) ? { isPassword: true } : {}),
    isField: !PROSE_NAMES.has(joined),
  };
  const meaning = {
    place,
    joined,
    isName: joined === 'name' || joined === 'displayname' || joined === 'names',
    isGeneric: words.length > 0 && words.every((word) => FILLERS.has(word)),
    isPersonRole,
    isUnsureRole,
    isOrganizationRole: ORGANIZATION_ROLES.has(last),
    // Not a placeholder: before its value was masked it was no word that says so.
    isPersonSibling: !key.includes('[') && PERSON_SIBLINGS.has(joined),
    isValueName: VALUE_NAMES.has(joined),
    isIndex: /^\d+$/.test(key),
    isPlain: /^[A-Za-z_$][A-Za-z_.$-]*\d{0,6}$/.test(key) && key.length <= 40 && !TOKEN_LIKE.test(key),
  };
  const isSettled =
    !meaning.isName &&
    !meaning.isGeneric &&
    joined !== 'location' &&
    !PARTS_OF_NAMES.has(joined) &&
    !VALUE_NAMES.has(joined) &&
    !ROW_NAMES.has(joined);
  return { ...meaning, isSettled };
}

/** `reviewers` are as many as a `reviewer`. */
const isRole = (word: string): boolean =>
  PERSON_ROLES.has(word) || (word.endsWith('s') && PERSON_ROLES.has(word.slice(0, -1)));
/** `merged_by`, `approvedBy`. */
const isDoer = (words: readonly string[]): boolean =>
  words.length > 1 && words.at(-1) === 'by' && !NO_DOERS.has(words.at(-2) ?? '');

const PARTS_OF_NAMES: ReadonlySet<string> = new Set(['first', 'last', 'given', 'family', 'middle']);

const NAME_PARTS: Readonly<Record<string, true>> = {
  firstname: true,
  lastname: true,
  fullname: true,
  middlename: true,
  givenname: true,
  familyname: true,
};

const isAddress = (words: readonly string[], joined: string): boolean =>
  !words.some((word) => NO_PLACE_WORDS.has(word)) &&
  (words.some((word) => ADDRESS_WORDS.has(word)) || /^(?:addressline|address|street|line)[123]$/.test(joined)) &&
  !words.includes('id');

export type KeyMeanings = (key: string) => KeyMeaning;

/** `further`: what words in a key name besides what they do anyway. */
export function createKeyMeanings(further: ReadonlyMap<string, readonly string[]> = new Map()): KeyMeanings {
  const named = (key: string, meaning: KeyMeaning): KeyMeaning => {
    if (further.size === 0) return meaning;
    const types = wordsOf(key).flatMap((word) => further.get(word) ?? []);
    return types.length === 0
      ? meaning
      : { ...meaning, place: { ...meaning.place, types: [...new Set([...meaning.place.types, ...types])] } };
  };
  const known = new Map<string, KeyMeaning>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    if (key.length > KEY_CHARS_MAX) return { ...meaningOf(''), isPlain: false };
    const meaning = named(key, meaningOf(key));
    if (known.size >= CACHE_ENTRIES_MAX) known.clear();
    // a copy: the key is a slice of its message, whose whole text it could keep alive
    known.set(Buffer.from(key, 'utf8').toString('utf8'), meaning);
    return meaning;
  };
}

const PERSON_PLACE: Place = {
  types: ['PERSON'],
  person: 'any-name',
  against: 'nothing',
  isSecret: false,
  isField: true,
};
const ORGANIZATION_PLACE: Place = {
  types: ['ORGANIZATION'],
  person: 'no',
  against: 'nothing',
  isSecret: false,
  isField: true,
};
const UNSURE_NAME: Place = { types: [], person: 'known-names', against: 'nothing', isSecret: false, isField: true };
const ROLE_NAME: Place = { ...UNSURE_NAME, person: 'any-name' };

const ADDRESS_PLACE: Place = { ...ORGANIZATION_PLACE, types: ['LOCATION'] };

function isOfPerson(above: KeyMeaning | undefined, siblings: () => Iterable<KeyMeaning>): boolean {
  if (above?.isPersonRole === true) return true;
  for (const sibling of siblings()) if (sibling.isPersonSibling) return true;
  return false;
}

/** `name`, `first` and `last` mean what they stand in. */
export function placeOf(
  meaning: KeyMeaning,
  above: KeyMeaning | undefined,
  siblings: () => Iterable<KeyMeaning>,
): Place {
  const { joined } = meaning;
  if (meaning.isName) {
    if (above?.isOrganizationRole === true) return ORGANIZATION_PLACE;
    if (isOfPerson(above, siblings)) return PERSON_PLACE;
    return above?.isUnsureRole === true ? ROLE_NAME : UNSURE_NAME;
  }
  const isPart = PARTS_OF_NAMES.has(joined);
  if (isPart && (above?.isName === true || above?.isPersonRole === true || above?.isUnsureRole === true))
    return PERSON_PLACE;
  if (meaning.isGeneric && above !== undefined && above.place.types.length > 0) return above.place;
  if (joined === 'location' && isOfPerson(above, siblings)) return ADDRESS_PLACE;
  return meaning.place;
}
