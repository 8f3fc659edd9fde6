/** Compares a secret in a time that says nothing of where it differs. */
import { timingSafeEqual } from 'node:crypto';

export function isSameText(shown: string, expected: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
