import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createApprovalKeys } from '#approvals/approval-keys.ts';
import { createApprovals } from '#approvals/approvals.ts';
import type { ApprovalParts, Approvals, Held } from '#approvals/approvals.ts';
import type { Approval, ApprovalStore } from '#approvals/approval.ts';
import type { Verdict } from '#approvals/transitions.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import { openApprovalStore } from '#store/approval-store.ts';
import { createFakeApprovalStore } from '#test/fakes/approval-store.ts';
import { aDecider, anApprovalRequest, TERMS } from '#test/fakes/approval.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const YES: Verdict = { effect: 'approve', scope: 'once', reason: 'fine' };

type Rig = {
  readonly approvals: Approvals;
  readonly acts: string[];
  readonly faults: string[];
  now: number;
  isBookOpen: boolean;
};

function rig(t: TestContext, path?: string, parts: Partial<ApprovalParts> = {}): Rig & { readonly path: string } {
  const file = path ?? join(temporaryDirectory(t), 'state.db');
  closeSync(openSync(file, 'a'));
  const keys = createApprovalKeys(Buffer.alloc(32, 1), randomBytes);
  const store = openApprovalStore({ path: file, keys, limits: LIMITS });
  t.after(() => store.close());
  const self: { now: number; isBookOpen: boolean } = { now: 1_000, isBookOpen: true };
  const acts: string[] = [];
  const faults: string[] = [];
  const approvals = createApprovals({
    store,
    clock: () => self.now,
    samePeople: () => [],
    glassOf: () => undefined,
    record(act, approval) {
      if (!self.isBookOpen) return Promise.resolve(err('stopped'));
      acts.push(`${act} ${approval.id} ${approval.state}`);
      return Promise.resolve(ok(`a:${acts.length}`));
    },
    limits: LIMITS,
    onFault: (what) => faults.push(what),
    ...parts,
  });
  return Object.assign(self, { approvals, acts, faults, path: file });
}

const held = (to: Rig, other: Parameters<typeof anApprovalRequest>[0] = {}): Held => {
  const { record: _record, askedMs: _asked, expiresMs: _expires, ...rest } = anApprovalRequest(other);
  return {
    ...rest,
    record: ({ id }) => {
      if (!to.isBookOpen) return Promise.resolve(err('stopped'));
      to.acts.push(`approval_requested ${id}`);
      return Promise.resolve(ok(`a:${to.acts.length}`));
    },
  };
};
async function asked(to: Rig, other: Parameters<typeof anApprovalRequest>[0] = {}): Promise<Approval> {
  const result = await to.approvals.ask(held(to, other));
  assert.ok(result.ok);
  return result.value;
}
async function approved(to: Rig, verdict = YES, other: Parameters<typeof asked>[1] = {}): Promise<Approval> {
  const { id } = await asked(to, other);
  const result = await to.approvals.vote(id, aDecider(), verdict);
  assert.ok(result.ok);
  return result.value;
}

test('what is asked twice while it waits is one request, recorded once', async (t) => {
  const one = rig(t);
  const first = await asked(one);
  const second = await asked(one, { id: 'apr_2' });
  assert.equal(second.id, first.id);
  assert.deepEqual(one.acts, ['approval_requested apr_1']);
  const other = await asked(one, { id: 'apr_3', fingerprint: new Uint8Array(32) });
  assert.equal(other.id, 'apr_3');
});

test('a no is not asked for again while a request would wait, and is after that', async (t) => {
  const one = rig(t);
  const { id } = await asked(one);
  assert.ok((await one.approvals.vote(id, aDecider(), { ...YES, effect: 'deny' })).ok);
  one.now += TERMS.waitMs - 1;
  assert.equal((await asked(one, { id: 'apr_2' })).state, 'denied');
  one.now += 1;
  assert.equal((await asked(one, { id: 'apr_3' })).state, 'pending');
});

test('a yes permits exactly the call that was asked for, once', async (t) => {
  const one = rig(t);
  const { fingerprint, toolPrint } = await approved(one);
  const prints = { fingerprint: Buffer.from(fingerprint), toolPrint: Buffer.from(toolPrint) };
  assert.equal(one.approvals.usable({ ...prints, fingerprint: Buffer.alloc(32) }), undefined);
  const usable = one.approvals.usable(prints);
  assert.ok(usable);
  const uses = await Promise.all([one.approvals.use(usable), one.approvals.use(usable)]);
  assert.deepEqual(
    uses.filter((used) => used !== undefined).map(({ state }) => state),
    ['used'],
  );
  assert.equal(one.approvals.usable(prints), undefined);
  assert.equal(one.approvals.find(usable.id)?.state, 'used');
});

test('a yes for the tool permits its other calls until its time is over', async (t) => {
  const one = rig(t);
  const { toolPrint } = await approved(one, { ...YES, scope: 'tool' });
  const prints = { fingerprint: Buffer.alloc(32), toolPrint: Buffer.from(toolPrint) };
  const usable = one.approvals.usable(prints);
  assert.ok(usable);
  assert.ok(await one.approvals.use(usable));
  assert.ok(one.approvals.usable(prints));
  one.now += TERMS.validMs;
  assert.equal(one.approvals.usable(prints), undefined);
  assert.equal(await one.approvals.use(usable), undefined);
});

test('nothing is asked, and nobody decides, when the book cannot say so', async (t) => {
  const one = rig(t);
  const { id } = await asked(one);
  one.isBookOpen = false;
  assert.deepEqual(await one.approvals.vote(id, aDecider(), YES), {
    ok: false,
    error: { code: 'unavailable', reason: 'stopped' },
  });
  assert.equal(one.approvals.find(id)?.state, 'pending');
  const more = await one.approvals.ask(held(one, { id: 'apr_2', fingerprint: new Uint8Array(32) }));
  assert.equal(more.ok, false);
  assert.equal(one.approvals.find('apr_2'), undefined);
});

test('of two who decide at the same time one counts, and the book says that the other did not', async (t) => {
  const one = rig(t);
  const { id } = await asked(one);
  const results = await Promise.all([
    one.approvals.vote(id, aDecider(), YES),
    one.approvals.vote(id, aDecider('olga'), { ...YES, effect: 'deny' }),
  ]);
  assert.equal(results.filter((result) => result.ok).length, 1);
  assert.deepEqual(
    results.flatMap((result) => (result.ok ? [] : [result.error])),
    ['changed_meanwhile'],
  );
  assert.equal(one.acts.filter((act) => act.startsWith('approval_vote_void')).length, 1);
});

test('what whoever asks says is in the book before it counts, and only then can anybody agree', async (t) => {
  const one = rig(t);
  const { id, requester } = await asked(one, { terms: { ...TERMS, asks: { reason: true } } });
  const said = { reason: 'the customer asked', mask: (text: string) => text };
  assert.deepEqual(await one.approvals.vote(id, aDecider(), YES), { ok: false, error: 'statement_missing' });
  one.isBookOpen = false;
  assert.equal((await one.approvals.state(id, requester, said)).ok, false);
  assert.equal(one.approvals.find(id)?.statement, undefined);
  one.isBookOpen = true;
  assert.deepEqual(await one.approvals.state(id, aDecider(), said), { ok: false, error: 'not_the_requester' });
  assert.ok((await one.approvals.state(id, requester, said)).ok);
  assert.deepEqual(await one.approvals.state(id, requester, said), { ok: false, error: 'stated_already' });
  assert.ok((await one.approvals.vote(id, aDecider(), YES)).ok);
  assert.deepEqual(one.acts.slice(1), [`approval_statement ${id} pending`, `approval_vote ${id} approved`]);
  assert.equal(one.approvals.find(id)?.statement?.reason, 'the customer asked');
});

test('what somebody decides by broken glass is in the book as that before it is in force, and alarmed', async (t) => {
  const alarms: string[] = [];
  const watch = {
    asked: () => undefined,
    changed: () => undefined,
    flooded: () => undefined,
    decidedByGlass: ({ id }: Approval, glass: string) => alarms.push(`${id} ${glass}`),
  };
  const one = rig(t, undefined, { watch, glassOf: ({ subject }) => (subject === 'nina' ? 'a:9' : undefined) });
  const nina = aDecider('nina', ['okta:on-call']);
  const { id } = await asked(one);
  assert.equal(one.approvals.isShownTo(await asked(one), aDecider('olga', []), new Set()), false);
  assert.equal(one.approvals.isShownTo(await asked(one), nina, new Set()), true);
  // Whoever asks cannot say that they broke the glass.
  assert.deepEqual(await one.approvals.vote(id, { ...aDecider('olga', []), glass: 'a:9' }, YES), {
    ok: false,
    error: 'not_an_approver',
  });
  assert.ok((await one.approvals.vote(id, nina, YES)).ok);
  assert.deepEqual(one.acts.slice(1), [`approval_break_glass ${id} approved`, `approval_vote ${id} approved`]);
  assert.deepEqual(alarms, [`${id} a:9`]);
  const second = await asked(one, { id: 'apr_2', fingerprint: new Uint8Array(32) });
  assert.ok((await one.approvals.vote(second.id, aDecider(), YES)).ok);
  assert.equal(alarms.length, 1);
});

test('what cannot be recorded as done by broken glass is not done', async (t) => {
  const acts: string[] = [];
  const record: ApprovalParts['record'] = async (act) => {
    acts.push(act);
    return act === 'approval_break_glass' ? err('stopped') : ok('a:1');
  };
  const one = rig(t, undefined, { record, glassOf: () => 'a:9' });
  const { id } = await asked(one);
  const voted = await one.approvals.vote(id, aDecider('nina', []), YES);
  assert.deepEqual(voted, { ok: false, error: { code: 'unavailable', reason: 'stopped' } });
  assert.deepEqual([one.approvals.find(id)?.state, acts], ['pending', ['approval_break_glass']]);
});

const settled = (rigged: Rig, id: string): Promise<Approval> =>
  new Promise((resolve) => void rigged.approvals.whenSettled(id, resolve));

test('whoever waits hears of the decision, made here or in another process, also when it was made before', async (t) => {
  const one = rig(t);
  const other = rig(t, one.path);
  const { id } = await asked(one);
  const here = settled(one, id);
  assert.ok((await one.approvals.vote(id, aDecider(), YES)).ok);
  assert.equal((await here).state, 'approved');
  assert.equal((await settled(one, id)).state, 'approved');
  const second = await asked(one, { id: 'apr_2', fingerprint: new Uint8Array(32) });
  const there = settled(one, second.id);
  assert.ok((await other.approvals.vote(second.id, aDecider(), { ...YES, effect: 'deny' })).ok);
  await one.approvals.poll();
  assert.equal((await there).state, 'denied');
});

test('whoever goes away waits no longer', async (t) => {
  const one = rig(t);
  const { id } = await asked(one);
  const heard: string[] = [];
  const forget = one.approvals.whenSettled(id, () => void heard.push('gone'));
  const stays = new Promise((resolve) => void one.approvals.whenSettled(id, resolve));
  forget();
  assert.ok((await one.approvals.vote(id, aDecider(), YES)).ok);
  await stays;
  assert.deepEqual(heard, []);
});

test('time ends what nobody decided, says so once, and tells whoever waits', async (t) => {
  const one = rig(t);
  const other = rig(t, one.path);
  const { id } = await asked(one);
  const waiting = settled(one, id);
  one.now = 1_000 + TERMS.waitMs;
  other.now = one.now;
  await Promise.all([one.approvals.poll(), other.approvals.poll()]);
  await one.approvals.poll();
  assert.equal((await waiting).state, 'expired');
  assert.deepEqual(
    [...one.acts, ...other.acts].filter((act) => act.startsWith('approval_expired')),
    ['approval_expired apr_1 expired'],
  );
});

test('what was asked under another policy, or by somebody who is nobody any more, becomes void', async (t) => {
  const one = rig(t);
  const granted = await approved(one);
  await asked(one, { id: 'apr_2', fingerprint: new Uint8Array(32), policy: 'another' });
  await one.approvals.voidAll(({ policy }) => policy !== 'another');
  assert.equal(one.approvals.find(granted.id)?.state, 'void');
  assert.equal(one.approvals.find('apr_2')?.state, 'pending');
  assert.equal(await one.approvals.use(granted), undefined);
});

test('a yes for a while that was ended after it was found is not used', async (t) => {
  const one = rig(t);
  for (const [id, scope] of [
    ['apr_1', 'call'],
    ['apr_2', 'tool'],
  ] as const) {
    const granted = await approved(one, { ...YES, scope }, { id });
    assert.ok(await one.approvals.use(granted));
    await one.approvals.voidAll((approval) => approval.id === id);
    assert.equal(await one.approvals.use(granted), undefined, scope);
  }
});

test('a request can be withdrawn until somebody decided it', async (t) => {
  const one = rig(t);
  const pending = await asked(one);
  await one.approvals.withdraw(pending.id);
  assert.equal(one.approvals.find(pending.id)?.state, 'withdrawn');
  const granted = await approved(one, YES, { id: 'apr_2' });
  await one.approvals.withdraw(granted.id);
  assert.equal(one.approvals.find(granted.id)?.state, 'approved');
});

test('of the same that is asked many times at once one request comes, recorded once', async (t) => {
  const one = rig(t);
  const all = await Promise.all(['apr_1', 'apr_2', 'apr_3'].map((id) => asked(one, { id })));
  assert.deepEqual(new Set(all.map(({ id }) => id)), new Set(['apr_1']));
  assert.deepEqual(one.acts, ['approval_requested apr_1']);
});

test('a flood is recorded and alarmed once, every request of it is one of its own, and nobody agrees to two at once', async (t) => {
  const alarms: string[] = [];
  const watch = {
    asked: () => undefined,
    changed: () => undefined,
    decidedByGlass: () => undefined,
    flooded: ({ id }: Approval) => alarms.push(id),
  };
  const one = rig(t, undefined, { watch });
  const most = LIMITS.approvalFloodPerCaller;
  for (let n = 1; n <= most + 3; n += 1)
    await asked(one, { id: `apr_${n}`, fingerprint: Uint8Array.from(Buffer.alloc(32, `delete ${n}`)) });
  const first = `apr_${most + 1}`;
  assert.deepEqual(alarms, [first]);
  assert.deepEqual(
    one.acts.filter((act) => act.startsWith('approval_flood')),
    [`approval_flood ${first} pending`],
  );
  assert.equal(one.approvals.list(['pending']).length, most + 3);
  await one.approvals.vote(first, aDecider(), YES);
  assert.equal(one.approvals.list(['pending']).length, most + 2);
});

test('whoever withdraws a request is named in the book', async (t) => {
  const by: (string | undefined)[] = [];
  const one = rig(t, undefined, {
    record(act, _approval, who) {
      if (act === 'approval_withdrawn') by.push(who?.subject);
      return Promise.resolve(ok('a:1'));
    },
  });
  await one.approvals.withdraw((await asked(one)).id, aDecider('ada'));
  await one.approvals.withdraw((await asked(one, { id: 'apr_2' })).id);
  assert.deepEqual(by, ['ada', undefined]);
});

test('a vote that the disk did not take is said not to have counted, once the disk can be read again', async (t) => {
  const sound = createFakeApprovalStore();
  let isBroken = false;
  const replace: ApprovalStore['replace'] = (before, after) =>
    isBroken ? Promise.reject(new Error('full')) : sound.replace(before, after);
  const to = rig(t, undefined, { store: { ...sound, replace } });
  const { id } = await asked(to);
  isBroken = true;
  await assert.rejects(to.approvals.vote(id, aDecider(), { ...YES, effect: 'deny' }), /full/);
  isBroken = false;
  await to.approvals.poll();
  assert.deepEqual(to.acts.slice(1), [
    'approval_vote apr_1 denied',
    'approval_void apr_1 void',
    'approval_vote_void apr_1 pending',
  ]);
});

test('nothing is granted, also no further round, before what is kept was held against the book', async (t) => {
  let isReconciled = true;
  const to = rig(t, undefined, { isReconciled: () => isReconciled });
  const given = await approved(to);
  isReconciled = false;
  assert.throws(
    () => to.approvals.usable({ fingerprint: Buffer.from(given.fingerprint), toolPrint: Buffer.from(given.toolPrint) }),
    /held against the book/,
  );
  await assert.rejects(to.approvals.use(given), /held against the book/);
  await assert.rejects(to.approvals.goOn({ ...given, state: 'used', continues: 'x' }), /held against the book/);
});

test('a call that was agreed to goes on no further where nobody knows which round was the last', async (t) => {
  for (const ids of [['apr_1'], 'all'] as const) {
    const to = rig(t);
    const used = await to.approvals.use(await approved(to));
    assert.ok(used);
    await to.approvals.letGoOn(used.id, 'digest');
    const before = to.approvals.find(used.id);
    assert.equal(before?.continues, 'digest');
    await to.approvals.stopGoingOn(['apr_other']);
    assert.equal(to.approvals.find(used.id)?.continues, 'digest');
    await to.approvals.stopGoingOn(ids);
    assert.equal(to.approvals.find(used.id)?.continues, undefined);
    assert.equal(await to.approvals.goOn(before), undefined, 'also not by what was read before');
  }
});
