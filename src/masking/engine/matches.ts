/** Walks the matches of a pattern. One that turns out to be nothing gives its characters back, all but the first. */

/** `pattern` is global. `take` says whether the match was what it looked for. */
export function eachMatch(pattern: RegExp, text: string, take: (match: RegExpExecArray) => boolean): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const end = pattern.lastIndex;
    const isTaken = take(match);
    pattern.lastIndex = isTaken ? end : match.index + 1;
  }
}
