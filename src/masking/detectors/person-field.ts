/** Names of people in fields: what stands under a key that says so, or that people have, and looks like a name. */
import { isCapital } from '#masking/detectors/name-parts.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { HAS } from '#masking/engine/text-profile.ts';
import { fold, isGiven, isSurelyGiven, isSurname, isThing } from '#masking/words/known-words.ts';
import { BRANDS, PARTICLES } from '#masking/words/person-words.ts';

const TYPE = 'PERSON';
/** What a value of a name's field may be made of. */
const FIELD = /^[\p{L}\p{M}][\p{L}\p{M}'’.,()-]*(?:[ ][\p{L}\p{M}(][\p{L}\p{M}'’.,()-]*){0,5}$/u;
const NO_PERSON =
  /^(?:n\/?a|none|null|unknown|anonymous|unassigned|admin|administrator|root|system|service|bot|test|user|default|guest|nobody|true|false|yes|no|tbd|self|other|customer|staff|owner|public|everyone|all|me|team|support|male|female)$/i;

const PARTICLE = new RegExp(`^(?:${PARTICLES})$`);

/** `Ada Lovelace <ada@example.com>`: the name before the address. */
function beforeAddress(text: string): string {
  if (text.length > ADDRESSED_CHARS_MAX) return text;
  const open = text.search(/[<(]/);
  return open > 1 && text.includes('@', open) && /[>)]\s*$/.test(text) ? text.slice(0, open).trimEnd() : text;
}
const ADDRESSED_CHARS_MAX = 256;

export function findInField(scan: Scan): void {
  const isNamed = scan.isKeyed(TYPE);
  // where the key does not say that it is a name, it needs a capital
  if (!isNamed && (scan.profile.mask & (HAS.upper | HAS.nonAscii)) === 0) return;
  const value = beforeAddress(scan.text).trim().replaceAll(/^"|"$/g, '');
  if (value.length < 2 || value.length > 80 || !FIELD.test(value) || NO_PERSON.test(value)) return;
  if (!isNamed && !isLikelyName(scan, value)) return;
  const start = scan.text.indexOf(value);
  scan.propose({
    start,
    end: start + value.length,
    type: TYPE,
    rule: 'name-field',
    base: isNamed ? 0.45 : 0.55,
    because: 'looks like a name',
    isImmune: true,
  });
}

/** Under a key that does not say that it is a name. */
function isLikelyName(scan: Scan, value: string): boolean {
  const words = value.split(' ').map((word) => word.replaceAll(/^\(|[.,)]+$/g, ''));
  const capitals = words.filter(isCapital);
  const isLikely =
    capitals.length >= 2 &&
    capitals.length <= 5 &&
    words.every((word) => isCapital(word) || PARTICLE.test(word)) &&
    !words.some(isThing) &&
    !BRANDS.has(fold(`${words[0]} ${words.at(-1)}`)) &&
    !value.endsWith('.');
  const isKnown = words.some(isSurelyGiven);
  const isAnyName = scan.place.person === 'any-name' && isLikely;
  const isKnownName = isLikely && (isKnown || isWholeName(words[0] ?? '', words.at(-1) ?? ''));
  return isAnyName || isKnownName || (isKnown && words.length === 1 && isCapital(value));
}

/** Both parts are known, in either order: `Wei Zhang`, `Zhang Wei`. */
const isWholeName = (first: string, last: string): boolean =>
  (isGiven(first) && isSurname(last)) || (isSurname(first) && isGiven(last));
