/**
 * Which place each value of a message has: its key, the key above, the label beside it, the head of its column. It
 * follows the walk and knows nothing of masking.
 */
import { NO_PLACE, placeOf, type KeyMeaning, type KeyMeanings, type Place } from '#masking/engine/place.ts';
import { COLUMN_NAMES, LABEL_NAMES, ROW_NAMES } from '#masking/words/key-words.ts';
import type { JsonMember, JsonNode, JsonObject } from '#mcp/json.ts';

/** A label is a name, not a text. */
const LABEL_CHARS_MAX = 64;
const COLUMNS_MAX = 1_000;
/** Siblings that are looked at to tell whose name a `name` is. */
const SIBLINGS_MAX = 64;

export type Trail = {
  readonly place: Place;
  readonly above: KeyMeaning | undefined;
  /** For arrays in arrays: the heads of their columns. */
  readonly columns?: readonly string[];
};

export const TRAIL_START: Trail = { place: NO_PLACE, above: undefined };

export class PlaceTrail {
  readonly #keys: KeyMeanings;

  constructor(keys: KeyMeanings) {
    this.#keys = keys;
  }

  meaning(key: string): KeyMeaning {
    return this.#keys(key);
  }

  /** Of a member of `object`, which stands at `at`. */
  into(member: JsonMember, object: JsonObject, at: Trail, meaning = this.#keys(member.key)): Trail {
    if (meaning.isSettled) return { place: meaning.place, above: meaning.isIndex ? at.above : meaning };
    const label = meaning.isValueName ? this.labelOf(object, member) : undefined;
    if (label !== undefined) return { place: this.#keys(label).place, above: meaning };
    const keys = this.#keys;
    const siblings = function* (): Iterable<KeyMeaning> {
      for (const { key } of object.members.slice(0, SIBLINGS_MAX)) if (key !== member.key) yield keys(key);
    };
    const place = placeOf(meaning, at.above, siblings);
    if (member.value.kind === 'array' && ROW_NAMES.has(meaning.joined)) {
      const columns = this.#columnsOf(object);
      if (columns !== undefined) return { place, above: meaning, columns };
    }
    return { place, above: meaning };
  }

  /** Of an item of an array; `index` counts in a row below column heads. */
  column(index: number, columns: readonly string[], at: Trail): Trail {
    const head = columns[index];
    if (head === undefined) return at;
    const keys = this.#keys;
    const meaning = keys(head);
    if (meaning.isSettled) return { place: meaning.place, above: at.above };
    const siblings = function* (): Iterable<KeyMeaning> {
      for (const other of columns.slice(0, SIBLINGS_MAX)) if (other !== head) yield keys(other);
    };
    return { place: placeOf(meaning, at.above, siblings), above: at.above };
  }

  /** What a sibling says that a `value` is, whatever it says: the name of a secret is no entity. */
  secretLabelOf(object: JsonObject): string | undefined {
    if (object.members.length > SIBLINGS_MAX) return undefined;
    const sibling = object.members.find(
      ({ key, value }) =>
        value.kind === 'string' && value.value.length <= LABEL_CHARS_MAX && LABEL_NAMES.has(this.#keys(key).joined),
    );
    return sibling?.value.kind === 'string' ? sibling.value.value : undefined;
  }

  /** What a sibling says that a value is; only when that names something. */
  labelOf(object: JsonObject, member: JsonMember): string | undefined {
    for (const sibling of object.members.slice(0, SIBLINGS_MAX)) {
      if (sibling === member || sibling.value.kind !== 'string') continue;
      const text = sibling.value.value;
      if (text.length > LABEL_CHARS_MAX || !LABEL_NAMES.has(this.#keys(sibling.key).joined)) continue;
      const { place } = this.#keys(text);
      if (place.types.length > 0 || place.isSecret) return text;
    }
    return undefined;
  }

  #columnsOf(object: JsonObject): readonly string[] | undefined {
    for (const { key, value } of object.members) {
      if (value.kind !== 'array' || value.items.length > COLUMNS_MAX || !COLUMN_NAMES.has(this.#keys(key).joined))
        continue;
      const heads = value.items.map(headOf);
      if (heads.every((head) => head !== undefined)) return heads;
    }
    return undefined;
  }
}

/** A head is a text, or an object with a name. */
function headOf(node: JsonNode): string | undefined {
  if (node.kind === 'string') return node.value;
  if (node.kind !== 'object') return undefined;
  const name = node.members.find(({ key }) => key === 'name' || key === 'field' || key === 'column')?.value;
  return name?.kind === 'string' ? name.value : undefined;
}
