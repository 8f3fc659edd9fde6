/**
 * What a client may call itself on pages where people decide. It is a stranger's word: short, all of it visible, in one script
 * a word, and it does not pass for Gatebook or for a client that the operator knows.
 */
import { hasHiddenText } from '#definitions/hidden-text.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type NameFault =
  | 'too_long'
  | 'empty'
  | 'hidden_characters'
  | 'mixed_scripts'
  | 'looks_like_gatebook'
  | 'looks_like_known';

const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

/** Letters and digits of other shapes than they are, as far as they spell names that must not be taken (UTS 39 calls them confusable). */
const SHAPES: Readonly<Record<string, string>> = {
  а: 'a',
  ɑ: 'a',
  α: 'a',
  '4': 'a',
  '@': 'a',
  в: 'b',
  ь: 'b',
  β: 'b',
  '8': 'b',
  ß: 'b',
  с: 'c',
  ϲ: 'c',
  ԁ: 'd',
  е: 'e',
  ε: 'e',
  '3': 'e',
  є: 'e',
  ɡ: 'g',
  ց: 'g',
  '6': 'g',
  '9': 'g',
  q: 'g',
  һ: 'h',
  і: 'i',
  ι: 'i',
  ı: 'i',
  '1': 'i',
  l: 'i',
  ӏ: 'i',
  к: 'k',
  κ: 'k',
  м: 'm',
  п: 'n',
  о: 'o',
  ο: 'o',
  σ: 'o',
  '0': 'o',
  օ: 'o',
  р: 'p',
  ρ: 'p',
  ѕ: 's',
  '5': 's',
  $: 's',
  т: 't',
  τ: 't',
  '7': 't',
  υ: 'u',
  ս: 'u',
  ν: 'v',
  ѵ: 'v',
  х: 'x',
  χ: 'x',
  у: 'y',
  γ: 'y',
};

/** What is left of a name for somebody who does not look closely. */
export const skeletonOf = (name: string): string =>
  Array.from(name.normalize('NFKD').toLowerCase())
    .map((character) => SHAPES[character] ?? character)
    .filter((character) => /[\p{L}\p{N}]/u.test(character))
    .join('');

const OWN = skeletonOf('gatebook');

export function checkClientName(given: string, known: readonly string[]): Result<string, NameFault> {
  const name = given.trim();
  if (name === '') return err('empty');
  if (name.length > LIMITS.clientNameChars) return err('too_long');
  if (hasHiddenText(name) || /[\t\n\r]/.test(name)) return err('hidden_characters');
  if (name.split(/[\s\p{P}]+/u).some((word) => SCRIPTS.filter((script) => script.test(word)).length > 1))
    return err('mixed_scripts');
  const skeleton = skeletonOf(name);
  // Nothing but marks, which anyone may take for anything.
  if (skeleton === '') return err('empty');
  if (skeleton.includes(OWN)) return err('looks_like_gatebook');
  if (known.some((one) => skeletonOf(one) === skeleton)) return err('looks_like_known');
  return ok(name);
}
