/** Carries attacks out one after the other and judges what came of each. */
import assert from 'node:assert/strict';
import type { TestRecord } from '../../e2e/harness.ts';
import { CREDENTIAL } from '../../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { MARK, openScene } from './scene.ts';
import type { Reply, Scene } from './scene.ts';

export type Verdict = {
  readonly attack: Attack;
  /** Undefined when everything was as the table says. */
  readonly failure: Error | undefined;
  /** What came of it, in a few words. */
  readonly came: string;
};

function wireOf({ status, json }: Reply): string {
  const { code, error, result } = json as {
    code?: string;
    error?: { code?: number; data?: { code?: string } };
    result?: { _meta?: { 'gatebook/error'?: { code?: string } } };
  };
  return `${status} ${code ?? error?.data?.code ?? result?._meta?.['gatebook/error']?.code ?? error?.code ?? 'ok'}`;
}

const bookOf = ({ leaf, header }: TestRecord): string =>
  [leaf.kind, leaf.st, header?.reason].filter((word) => word !== undefined).join(' ');

/** What the attacker and the book got, in a few words. */
function described(wire: string, book: readonly string[], reached: readonly string[], told: string): string {
  const learnt = [MARK, CREDENTIAL].some((secret) => told.includes(secret)) ? ', and Eve learnt it' : '';
  const went = reached.length === 0 ? '' : `, reached the server (${reached.join(', ')})`;
  return `${wire}${went}, in the book: ${book.join('; ') || 'nothing'}${learnt}`.replaceAll(/127\.0\.0\.1:\d+/g, '…');
}

async function carryOut(attack: Attack, scene: Scene): Promise<Verdict> {
  let came: string | undefined;
  try {
    await attack.prepare?.(scene);
    await scene.begin();
    const reply = await attack.launch(scene);
    const { records, reached } = await scene.outcome(attack.book.length);
    const ordered = (book: readonly string[]) => (attack.isBookUnordered === true ? book.toSorted() : book);
    const [wire, book] = [wireOf(reply), records.map(bookOf)];
    came = described(wire, book, reached, scene.told());
    assert.deepEqual(
      { wire, book: ordered(book), reached },
      { wire: attack.wire, book: ordered(attack.book), reached: attack.reached },
    );
    assert.ok(scene.told().length > 0, 'Eve was told nothing at all, so nothing could leak');
    assert.equal(scene.told().includes(MARK), false, 'Eve learnt what is Ada’s');
    const written = records.map(({ header, payload }) => `${JSON.stringify(header)}${payload?.toString() ?? ''}`);
    for (const text of [scene.told(), ...written])
      assert.equal(text.includes(CREDENTIAL), false, 'the credential leaked');
    attack.also?.holds(reply, scene);
    return { attack, failure: undefined, came };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { attack, failure, came: came ?? `broke off: ${failure.message.split('\n')[0]}` };
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
