import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval } from '#approvals/approval.ts';
import type { Told } from '#approvals/book-facts.ts';
import { reconcile } from '#approvals/reconcile.ts';
import { anApproval, OKTA } from '#test/fakes/approval.ts';

const GRACE = { issuer: OKTA, subject: 'grace' };
const facts = (other: Partial<Told> = {}): Told => ({ uses: 0, isOver: false, votes: [], ...other });

async function reconciled(kept: readonly Approval[], told: Readonly<Record<string, Told>> | undefined) {
  const ended: string[] = [];
  const settled: string[] = [];
  const stopped: string[] = [];
  const mistrust = await reconcile(
    {
      store: { find: (id) => kept.find((one) => one.id === id) },
      approvals: {
        voidAll: async (isMeant) => {
          for (const one of kept) if (isMeant(one)) ended.push(one.id);
        },
        stopGoingOn: async (ids) => void stopped.push(...(ids === 'all' ? ['all'] : ids)),
        settleVote: async (id, { by, effect }) => void settled.push(`${id} ${by.subject} ${effect}`),
      },
    },
    told === undefined ? undefined : new Map(Object.entries(told)),
  );
  return { mistrust, ended, settled, stopped };
}
const TWO = [anApproval({ id: 'one' }), anApproval({ id: 'two' })];

test('a state that agrees with the book stays as it is', async () => {
  assert.deepEqual(await reconciled(TWO, { one: facts() }), {
    mistrust: undefined,
    ended: [],
    settled: [],
    stopped: [],
  });
});

test('of a state older than the book nothing open is left, also not what the book says nothing of', async () => {
  const { mistrust, ended, stopped } = await reconciled(TWO, { one: facts({ uses: 1 }) });
  assert.equal(mistrust, 'older');
  assert.deepEqual([ended, stopped], [['one', 'two'], ['all']]);
});

test('where the book cannot be read nothing open is left', async () => {
  const { mistrust, ended, stopped } = await reconciled(TWO, undefined);
  assert.equal(mistrust, 'unread');
  assert.deepEqual([ended, stopped], [['one', 'two'], ['all']]);
});

test('what went up since then has no further round', async () => {
  const kept = [anApproval({ id: 'one', state: 'used', continues: 'x' }), anApproval({ id: 'two', state: 'used' })];
  const { mistrust, stopped } = await reconciled(kept, { one: facts({ uses: 1 }), two: facts() });
  assert.deepEqual([mistrust, stopped], [undefined, ['one']]);
});

test('a vote that may not have been kept is settled', async () => {
  const { settled } = await reconciled(TWO, { one: facts({ votes: [{ by: GRACE, effect: 'deny' }] }) });
  assert.deepEqual(settled, ['one grace deny']);
});
