/** Carries attacks out one after the other, on one gateway, and judges what came of each. */
import assert from 'node:assert/strict';
import { CREDENTIAL } from '../../e2e/harness.ts';
import type { TestRecord } from '../../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { codeOf, openScene } from './scene.ts';
import type { Scene } from './scene.ts';

export type Verdict = {
  readonly attack: Attack;
  /** Undefined when everything was as the table says. */
  readonly failure: Error | undefined;
  /** What came of it, in a few words. */
  readonly came: string;
};

const bookOf = ({ leaf, header }: TestRecord): string =>
  [leaf.kind, leaf.st, header?.reason].filter((word) => word !== undefined).join(' ');

async function carryOut(attack: Attack, scene: Scene): Promise<Verdict> {
  let came: string | undefined;
  try {
    await attack.prepare?.(scene);
    await scene.begin();
    const reply = await attack.launch(scene);
    const { records, sent } = await scene.outcome(attack.book.length);
    const ordered = (lines: readonly string[]) => (attack.isBookUnordered === true ? lines.toSorted() : lines);
    const wire = `${reply.status} ${codeOf(reply) ?? 'ok'}`;
    const book = records.map(bookOf).filter((line) => line.startsWith(attack.bookOf ?? ''));
    const went = sent === 0 ? '' : `, ${sent} sent`;
    came = `${wire}${went}, in the book: ${book.join('; ') || 'nothing'}`;
    assert.deepEqual(
      { wire, sent, book: ordered(book) },
      { wire: attack.wire, sent: attack.sent, book: ordered(attack.book) },
    );
    assert.equal(reply.text.includes(CREDENTIAL), false, 'the credential leaked');
    await attack.also?.holds(reply, scene);
    return { attack, failure: undefined, came };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { attack, failure, came: came ?? `broke off: ${failure.message.split('\n')[0]}` };
  } finally {
    await scene.next();
  }
}

/** @param onVerdict called after each attack. */
export async function runAttacks(attacks: readonly Attack[], onVerdict: (verdict: Verdict) => void): Promise<void> {
  const scene = await openScene();
  try {
    for (const attack of attacks) onVerdict(await carryOut(attack, scene));
  } finally {
    await scene.close();
  }
}
