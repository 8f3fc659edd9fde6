/** Carries attacks out one after the other and judges what came of each. */
import assert from 'node:assert/strict';
import type { TestRecord } from '../../e2e/harness.ts';
import type { Attack, Who } from './attack.ts';
import { ELSEWHERE, openScene } from './scene.ts';
import type { Outcome, Scene } from './scene.ts';
import type { Reply } from './wire.ts';

export type Verdict = {
  readonly attack: Attack;
  /** Undefined when everything was as the table says. */
  readonly failure: Error | undefined;
  /** What came of it, in a few words. */
  readonly came: string;
};

/** Of the attack and of nothing else: the shared gateway knows each by its address. */
const recordsOf = (scene: Scene, attack: Attack, records: readonly TestRecord[]): readonly TestRecord[] =>
  records.filter(
    ({ leaf, header }) =>
      (leaf.kind === 'denied' || leaf.kind === 'intent') &&
      (attack.scene === undefined && attack.record.kind !== 'none'
        ? header?.source === (attack.source ?? scene.source)
        : header?.source !== ELSEWHERE),
  );

const countOf = (records: readonly TestRecord[]): number =>
  records.reduce((sum, { header }) => sum + (header?.count ?? 1), 0);

function challengeError(reply: Reply): string | undefined {
  const challenge = reply.headers.get('www-authenticate');
  if (challenge === undefined) return undefined;
  assert.match(challenge, /^Bearer resource_metadata="https:\/\/gateway\.test\/\.well-known\//);
  return /\berror="([a-z_]+)"/.exec(challenge)?.[1] ?? 'none';
}

function codeOf(reply: Reply): unknown {
  const { code, error } = reply.json as { code?: unknown; error?: { data?: { code?: unknown } } };
  return code ?? error?.data?.code;
}

function judgeReply(attack: Attack, reply: Reply): void {
  const { status, error, code } = attack.wire;
  assert.deepEqual(
    { status: reply.status, error: challengeError(reply), code: codeOf(reply) },
    { status, error, code },
    'wire error',
  );
  assert.equal(reply.responses, 1, 'more than one response: a second request was smuggled');
}

function judgeWho(who: Who, record: TestRecord, scene: Scene): void {
  const { caller } = record.header ?? {};
  if (who === 'stranger') return assert.equal(caller, undefined, 'a caller in the record of a stranger');
  const { issuer, subject, kind } = caller ?? {};
  assert.deepEqual({ issuer, subject, kind }, { ...who, issuer: scene.issuers[who.issuer].url }, 'who');
}

function judgeRecords(attack: Attack, scene: Scene, records: readonly TestRecord[]): void {
  const expected = attack.record;
  if (expected.kind === 'none')
    return assert.deepEqual(
      records.map(({ leaf }) => leaf.st),
      [],
      'records',
    );
  const kinds = records.map(({ leaf }) => leaf.kind);
  if (expected.kind === 'intent') {
    assert.deepEqual(kinds, ['intent'], 'records');
    return judgeWho(expected.who, records[0]!, scene);
  }
  const { code, reason, who, count = 1 } = expected;
  assert.deepEqual(kinds, count === 1 ? ['denied'] : ['denied', 'denied'], 'records');
  assert.equal(countOf(records), count, 'how many refusals the records stand for');
  for (const record of records) {
    assert.equal(record.header?.source, attack.source ?? scene.source, 'where it came from');
    assert.equal(record.leaf.st, code, 'code of the leaf');
    assert.deepEqual({ code: record.header?.code, reason: record.header?.reason }, { code, reason }, 'record');
    judgeWho(who, record, scene);
  }
}

function judge(attack: Attack, scene: Scene, reply: Reply, outcome: Outcome): void {
  const records = recordsOf(scene, attack, outcome.records);
  judgeReply(attack, reply);
  judgeRecords(attack, scene, records);
  // Only where the gateway did not start was nothing sent.
  if (reply.status > 0) assert.ok(outcome.secrets.length > 0, 'nothing was sent that must stay secret');
  assert.equal(outcome.reached, attack.record.kind === 'intent' ? 1 : 0, 'requests that reached the server');
  for (const secret of outcome.secrets)
    assert.equal(
      outcome.written.includes(secret),
      false,
      `found in a record, log line or answer: ${secret.slice(0, 8)}…`,
    );
}

/** What must hold besides does not. */
class Besides extends Error {}

function judgeBesides(attack: Attack, scene: Scene): void {
  try {
    attack.also?.holds(scene);
  } catch (error) {
    throw new Besides(error instanceof Error ? error.message : String(error));
  }
}

/** What the attacker and the book got, in a few words. */
function described(
  attack: Attack,
  scene: Scene,
  reply: Reply,
  records: readonly TestRecord[],
  reached: number,
): string {
  const header = records.at(-1)?.header;
  const source = attack.source ?? scene.source;
  const from = header?.source === undefined || header.source === source ? '' : `, recorded as from ${header.source}`;
  const times = records.length > 2 ? `, ${records.length} records` : '';
  const expected =
    attack.record.kind === 'none' || attack.record.who === 'stranger' ? undefined : attack.record.who.subject;
  const subject = header?.caller?.subject;
  const as =
    subject === undefined || expected === undefined || subject === expected
      ? ''
      : ` as ${subject.replaceAll(/[^ -~]/g, '?').slice(0, 40)}`;
  if (reached > 0) return `reached the server${as}${from}`;
  const status = reply.status === 0 ? 'no answer' : String(reply.status);
  const reason = header?.reason === undefined ? '' : ` \`${header.reason}\``;
  const missing = header === undefined && attack.record.kind !== 'none' ? ', no record of this source' : '';
  return `${status}${reason}${as}${from}${times}${missing}`;
}

async function carryOut(attack: Attack, scene: Scene, source: string): Promise<Verdict> {
  let came: string | undefined;
  try {
    await scene.begin(source);
    const reply = await attack.launch(scene);
    const enough = attack.record.kind === 'denied' ? (attack.record.count ?? 1) : attack.record.kind === 'none' ? 0 : 1;
    const outcome = await scene.outcome((records) => countOf(recordsOf(scene, attack, records)) >= enough);
    const records = recordsOf(scene, attack, outcome.records);
    came = described(attack, scene, reply, records, outcome.reached);
    judge(attack, scene, reply, outcome);
    judgeBesides(attack, scene);
    return { attack, failure: undefined, came };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    if (failure instanceof Besides) return { attack, failure, came: failure.message };
    return {
      attack,
      failure,
      came: came ?? `broke off: ${failure.message.split('\n')[0]?.replaceAll(/127\.0\.0\.1:\d+/g, '…')}`,
    };
  }
}

/** An address of the range for benchmarks (RFC 2544) for each attack: refusals are counted and collapsed by address. */
const sourceAt = (number: number): string => `198.18.${number >> 8}.${number & 255}`;

/** @param onVerdict called after each attack. */
export async function runAttacks(attacks: readonly Attack[], onVerdict: (verdict: Verdict) => void): Promise<void> {
  let shared: Scene | undefined;
  try {
    for (const [index, attack] of attacks.entries()) {
      const own = attack.scene !== undefined;
      const scene = own ? await openScene(attack.scene) : (shared ??= await openScene());
      const verdict = await carryOut(attack, scene, sourceAt(index + 1));
      if (own) await scene.close();
      onVerdict(verdict);
    }
  } finally {
    await shared?.close();
  }
}
