/** URLs of RFC 3986 with an authority, and names that begin with `www.`; without the punctuation of the sentence around them. */
import { isWordChar, type Detector } from '#masking/engine/detector.ts';
import { HAS } from '#masking/engine/text-profile.ts';

const CANDIDATE =
  /(?:https?|ftps?|sftp|wss?|ssh|git|s3|gs):\/\/[^\s<>"'`{}|\\^]{3,2048}|www\.[a-z0-9-]{1,63}\.[^\s<>"'`{}|\\^]{2,2048}/gi;

/** `(see https://a.example/b_(c)).`: a closing bracket belongs to the URL only when it was opened in it. */
export function trimmedEnd(url: string): number {
  let end = url.length;
  let open = 0;
  for (let at = 0; at < end; at++) open += url[at] === '(' ? 1 : url[at] === ')' ? -1 : 0;
  for (; end > 0; end--) {
    const last = url[end - 1] ?? '';
    if (last === ')' && open < 0) open++;
    else if (!'.,;:!?*]'.includes(last)) break;
  }
  return end;
}

export const url: Detector = {
  types: ['URL'],
  needs: HAS.dot,
  runMin: 7,
  find(scan) {
    const { text } = scan;
    if (!text.includes('://') && !/www\./i.test(text)) return;
    for (const match of text.matchAll(CANDIDATE)) {
      if (isWordChar(text, match.index - 1)) continue;
      const end = match.index + trimmedEnd(match[0]);
      scan.propose({ start: match.index, end, type: 'URL', rule: 'url', base: 0.8, isImmune: true });
    }
  },
};
