/** Which words that detectors wait for stand in a text: all are searched for in one pass, and only when somebody asks. */
import { WordSearch } from '#masking/engine/aho-corasick.ts';
import { MAY_MENTION_BEYOND_ASCII, MENTION_WORDS } from '#masking/words/mention-words.ts';

type Mention = {
  /** However the word is spelled, and inside of others. */
  anyhow: number;
  readonly spelled: { readonly word: string; readonly bits: number }[];
};

const BY_WORD = new Map<string, Mention>();
for (const { bits, words, isSpelled = false } of MENTION_WORDS) {
  for (const word of words.split('|')) {
    // oxlint-disable-next-line no-control-regex -- the edge of ASCII
    if (/[^\x00-\x7f]/.test(word)) continue;
    const mention = BY_WORD.get(word.toLowerCase()) ?? { anyhow: 0, spelled: [] };
    if (isSpelled) mention.spelled.push({ word, bits });
    else mention.anyhow |= bits;
    BY_WORD.set(word.toLowerCase(), mention);
  }
}
const FOUND = [...BY_WORD.values()];
const SEARCH = new WordSearch([...BY_WORD.keys()]);
const UNIONS = SEARCH.unions((index) => {
  const { anyhow = 0, spelled = [] } = FOUND[index] ?? {};
  return spelled.reduce((all, { bits }) => all | bits, anyhow);
});

/** Of `\w`. */
const isWord = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;

/** Bits of `MENTIONS`; more than there are, where characters beyond ASCII could be part of a word. */
export function mentionsIn(text: string, hasNonAscii: boolean): number {
  return SEARCH.bitsIn(text, UNIONS, hasNonAscii ? MAY_MENTION_BEYOND_ASCII : 0, (index, start) => {
    const mention = FOUND[index];
    if (mention === undefined) return 0;
    let mentions = mention.anyhow;
    for (const { word, bits } of mention.spelled) {
      if (!text.startsWith(word, start)) continue;
      const isInWord = !word.startsWith(' ') && isWord(text.charCodeAt(start - 1));
      if (!isInWord && !isWord(text.charCodeAt(start + word.length))) mentions |= bits;
    }
    return mentions;
  });
}
