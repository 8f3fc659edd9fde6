/** Collects findings, joined by rule and place and bounded in number; knows places, never values. */
import type { Finding } from '#masking/masked.ts';
import { LIMITS } from '#limits.ts';

export type PathPart = string | number;

/** RFC 6901, cut to `findingPointerChars`. */
export function toPointer(path: readonly PathPart[]): string {
  let pointer = '';
  for (const part of path) {
    pointer += `/${typeof part === 'number' ? part : part.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (pointer.length > LIMITS.findingPointerChars) {
      return pointer.slice(0, LIMITS.findingPointerChars).toWellFormed();
    }
  }
  return pointer;
}

export class FindingNotes {
  readonly #counts = new Map<
    string,
    { readonly rule: string; readonly type: string; pointer: string; count: number }
  >();
  /** More places than `findingsPerMessage`: the rest is counted at the root, by rule. */
  isTruncated = false;

  add(rule: string, type: string, pointer: string, count = 1): void {
    const isFull = this.#counts.size >= LIMITS.findingsPerMessage;
    const known = this.#counts.get(`${rule}\n${type}\n${pointer}`);
    if (known !== undefined) {
      known.count += count;
    } else if (isFull && pointer !== '') {
      this.isTruncated = true;
      this.add(rule, type, '', count);
    } else {
      this.#counts.set(`${rule}\n${type}\n${pointer}`, { rule, type, pointer, count });
    }
  }

  findings(): readonly Finding[] {
    return [...this.#counts.values()];
  }
}
