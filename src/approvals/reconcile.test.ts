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
  const voided: string[] = [];
  const mistrust = await reconcile(
    {
      store: { find: (id) => kept.find((one) => one.id === id) },
      approvals: {
        voidAll: async (isMeant) => {
          for (const one of kept) if (isMeant(one)) ended.push(one.id);
        },
      },
      recordVoteVoid: async ({ id }, { subject }) => voided.push(`${id} ${subject}`),
    },
    told === undefined ? undefined : new Map(Object.entries(told)),
  );
  return { mistrust, ended, voided };
}
const TWO = [anApproval({ id: 'one' }), anApproval({ id: 'two' })];

test('a state that agrees with the book stays as it is', async () => {
  assert.deepEqual(await reconciled(TWO, { one: facts() }), { mistrust: undefined, ended: [], voided: [] });
});

test('of a state older than the book nothing open is left, also not what the book says nothing of', async () => {
  const { mistrust, ended } = await reconciled(TWO, { one: facts({ uses: 1 }) });
  assert.equal(mistrust, 'older');
  assert.deepEqual(ended, ['one', 'two']);
});

test('where the book cannot be read nothing open is left', async () => {
  const { mistrust, ended } = await reconciled(TWO, undefined);
  assert.equal(mistrust, 'unread');
  assert.deepEqual(ended, ['one', 'two']);
});

test('a vote that was not kept is said not to have counted, and a no ends its request', async () => {
  const yes = await reconciled(TWO, { one: facts({ votes: [{ by: GRACE, effect: 'approve' }] }) });
  assert.deepEqual(yes, { mistrust: undefined, ended: [], voided: ['one grace'] });
  const no = await reconciled(TWO, { one: facts({ votes: [{ by: GRACE, effect: 'deny' }] }) });
  assert.deepEqual(no, { mistrust: undefined, ended: ['one'], voided: ['one grace'] });
});
