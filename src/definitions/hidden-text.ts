/**
 * Text that a person who reads a definition does not see and a model does: where it is and of which class, never what it
 * says. What people write every day in the same characters (emoji, the flags of three countries) is not flagged.
 */
import { toPointer } from '#masking/finding-notes.ts';
import type { PathPart } from '#masking/finding-notes.ts';
import type { JsonNode } from '#mcp/json.ts';
import type { Limits } from '#limits.ts';

/** In the order in which a code point is looked up. */
const CLASSES = {
  /** Unicode bidirectional controls and marks (UAX 9): text reads in another order than it stands. */
  bidi: /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/u,
  zero_width: /[\u200b-\u200d\u2060\ufeff]/u,
  /** Invisible copies of ASCII (Unicode 24.9, Tag Characters). */
  tag: /[\u{e0000}-\u{e007f}]/u,
  /** 256 of them carry any byte after any character. */
  variation: /\p{Variation_Selector}/u,
  /** Introduces commands to a terminal (ECMA-48). */
  escape: /[\u001b\u0090\u009b\u009d-\u009f]/u,
  control: /[\p{Cc}--[\t\n\r]]/v,
  /** Whatever else has no picture: fillers, invisible operators, annotation marks, private use. */
  invisible: /[\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800\ufff9-\ufffb\p{Co}]/u,
} as const;
export type HiddenClass = keyof typeof CLASSES;
const NAMED = Object.entries(CLASSES) as readonly (readonly [HiddenClass, RegExp])[];

/** One character of any of the classes. */
export const HIDDEN = /[[\p{Cc}\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]--[\t\n\r]]/v;
const ANY = new RegExp(HIDDEN.source, 'gv');
/** Made for the first text that needs it: reading it takes the engine so long that every start would be later for it. */
let emojiMade: RegExp | undefined;
/** Emoji as the standard has them, with joiners, selectors and, of the tags, the three flags in use (UTS 51). */
const emoji = (): RegExp => (emojiMade ??= /\p{RGI_Emoji}|[\p{Emoji}--[0-9#*]]\ufe0f|[0-9#*]\ufe0f\u20e3/gv);

export type HiddenText = {
  /** RFC 6901, into the definition; hidden characters of keys are spelled out in it. */
  readonly pointer: string;
  readonly classes: readonly HiddenClass[];
};

function classOf(character: string): HiddenClass | undefined {
  for (const [name, pattern] of NAMED) if (pattern.test(character)) return name;
  return undefined;
}

/** Nearly all text has none of it, which one search tells. */
function classesIn(text: string): readonly HiddenClass[] {
  if (text.search(ANY) < 0) return [];
  const rest = text.replaceAll(emoji(), '');
  const found = new Set<HiddenClass>();
  for (const [character] of rest.matchAll(ANY)) {
    const name = classOf(character);
    if (name !== undefined) found.add(name);
  }
  return NAMED.flatMap(([name]) => (found.has(name) ? [name] : []));
}

/** For a text that is no JSON. */
export const hasHiddenText = (text: string): boolean => classesIn(text).length > 0;

/** Every hidden character as `\u{200b}`, also those in emoji. */
export const revealed = (text: string): string =>
  text.replaceAll(ANY, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** The places in all strings and keys of a value, in their order; at most `hiddenPlaces` of them. */
export function hiddenIn(root: JsonNode, limits: Pick<Limits, 'hiddenPlaces'>): readonly HiddenText[] {
  const found: HiddenText[] = [];
  const path: PathPart[] = [];
  const note = (classes: readonly HiddenClass[]): void => {
    if (classes.length > 0 && found.length < limits.hiddenPlaces) found.push({ pointer: toPointer(path), classes });
  };
  const visit = (node: JsonNode): void => {
    if (node.kind === 'string') return note(classesIn(node.value));
    if (node.kind === 'array') {
      for (const [index, item] of node.items.entries()) {
        path.push(index);
        visit(item);
        path.pop();
      }
    }
    if (node.kind !== 'object') return;
    for (const { key, value } of node.members) {
      path.push(revealed(key));
      note(classesIn(key));
      visit(value);
      path.pop();
    }
  };
  visit(root);
  return found;
}
