/** Carries attacks out one after the other and judges what came of each. */
import assert from 'node:assert/strict';
import type { TestRecord } from '../../e2e/harness.ts';
import { CREDENTIAL } from '../../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { openScene } from './scene.ts';
import type { Scene, SignInReply } from './scene.ts';

export type Verdict = {
  readonly attack: Attack;
  /** Undefined when everything was as the table says. */
  readonly failure: Error | undefined;
  /** What came of it, in a few words. */
  readonly came: string;
};

/** The error a client was redirected with (RFC 6749 section 4.1.2.1). */
function redirectedError({ location }: SignInReply): string | undefined {
  if (location === undefined || !URL.canParse(location)) return undefined;
  return new URL(location).searchParams.get('error') ?? undefined;
}

function wireOf(reply: SignInReply): string {
  const { error, code } = reply.json as { error?: unknown; code?: unknown };
  const named = [redirectedError(reply), error, code].find((one) => typeof one === 'string');
  const isPage = reply.location === undefined && reply.headers['content-type']?.startsWith('text/html') === true;
  return `${reply.status} ${typeof named === 'string' ? named : isPage ? 'page' : 'ok'}`;
}

const bookOf = ({ leaf, header }: TestRecord): string =>
  [leaf.kind, leaf.st, header?.reason].filter((word) => word !== undefined).join(' ');

async function carryOut(attack: Attack, scene: Scene): Promise<Verdict> {
  let came: string | undefined;
  try {
    await attack.prepare?.(scene);
    await scene.begin();
    const reply = await attack.launch(scene);
    const records = await scene.outcome(attack.book.length);
    const [wire, book] = [wireOf(reply), records.map(bookOf)];
    const described = `${wire}, in the book: ${book.join('; ') || 'nothing'}`;
    came = described.replaceAll(/127\.0\.0\.1:\d+/g, '…');
    assert.deepEqual({ wire, book }, { wire: attack.wire, book: attack.book });
    const written = records.map(({ header, payload }) => `${JSON.stringify(header)}${payload?.toString() ?? ''}`);
    for (const text of [scene.told(), scene.gateway.log(), ...written])
      for (const secret of [CREDENTIAL, ...scene.secrets()])
        assert.equal(text.includes(secret) && text !== scene.told(), false, `${secret} leaked`);
    await attack.also?.holds(reply, scene);
    return { attack, failure: undefined, came };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { attack, failure, came: came ?? `broke off: ${failure.message.split('\n')[0]}` };
  }
}

const AT_ONCE = 4;

/** One gateway each: rates, remembered refusals and registrations of one must not be another's. */
async function alone(attack: Attack): Promise<Verdict> {
  const scene = await openScene();
  try {
    return await carryOut(attack, scene);
  } finally {
    await scene.close();
  }
}

/** @param onVerdict called with each, in the order of the attacks. */
export async function runAttacks(attacks: readonly Attack[], onVerdict: (verdict: Verdict) => void): Promise<void> {
  for (let at = 0; at < attacks.length; at += AT_ONCE)
    for (const verdict of await Promise.all(attacks.slice(at, at + AT_ONCE).map(alone))) onVerdict(verdict);
}
