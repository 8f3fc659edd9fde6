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

/** Which operator took the value's place, in each copy. */
export type Done = Pick<Finding, 'store' | 'inline'>;

export class FindingNotes {
  readonly #counts = new Map<string, Finding & { count: number }>();
  /** More places than `findingsPerMessage`: the rest is counted at the root, by rule. */
  isTruncated = false;

  /** `pointer` is asked for only while there is room for it. */
  add(rule: string, type: string, pointer: () => string, { store, inline }: Done, count = 1): void {
    if (store === undefined && inline === undefined) return;
    const isFull = this.#counts.size >= LIMITS.findingsPerMessage;
    if (isFull) this.isTruncated = true;
    const place = isFull ? '' : pointer();
    const key = `${rule}\n${type}\n${place}\n${store ?? ''}\n${inline ?? ''}`;
    const known = this.#counts.get(key);
    if (known !== undefined) known.count += count;
    else
      this.#counts.set(key, {
        rule,
        type,
        pointer: place,
        count,
        ...(store === undefined ? {} : { store }),
        ...(inline === undefined ? {} : { inline }),
      });
  }

  findings(): readonly Finding[] {
    return [...this.#counts.values()];
  }
}
