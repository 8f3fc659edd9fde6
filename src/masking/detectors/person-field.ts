/** Names of people in fields: what stands under a key that says so, or that people have, and looks like a name. */
import { isCapital, isSurelyGiven, isThing } from '#masking/detectors/name-parts.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { PARTICLES } from '#masking/words/person-words.ts';

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
