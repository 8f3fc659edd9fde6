/**
 * Who called, as a word of the text index, so that "this word, of this caller" is one question to it and not a look at every
 * event with the word. Only ever a hint: two callers may share a word, and a text may spell one, so whoever asks by it checks
 * the caller as well. Each such word costs the indexing of a call as much as ten others: of the other facts, the name is in
 * the text anyway, and the rest narrows too little to be worth it.
 */

/** One token of unicode61, whatever the subject is made of: FNV-1a over its UTF-16 units (Fowler, Noll, Vo). Spread, not secret. */
export function callerWord(subject: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < subject.length; at += 1) hash = Math.imul(hash ^ subject.charCodeAt(at), 0x01000193);
  return `qzs${(hash >>> 0).toString(36)}`;
}
