/**
 * Who, where and what of an event as words of the text index, so that "this word, of this caller" is one question to it
 * and not a look at every event with the word. Only ever a hint: two facts may share a word, and a text may spell one, so
 * whoever asks by it checks the fact as well.
 */
export const FACTS = ['caller_subject', 'connection', 'name'] as const;
export type Fact = (typeof FACTS)[number];

const PREFIX: Readonly<Record<Fact, string>> = { caller_subject: 'qzs', connection: 'qzc', name: 'qzn' };

/** One token of unicode61, whatever `value` is made of. */
export const factWord = (fact: Fact, value: string): string =>
  `${PREFIX[fact]}${fnv1a(value, 0x811c9dc5)}${fnv1a(value, 0x01234567)}`;

/** FNV-1a over UTF-16 units (Fowler, Noll, Vo), in base 36: spread, not secret. */
function fnv1a(text: string, basis: number): string {
  let hash = basis;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}
