import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApprovalBooks, readTold } from '#bin/approval-books.ts';
import type { ApprovalBooksParts } from '#bin/approval-books.ts';
import type { LedgerReader, ReadPosition, StoredRecord } from '#ledger/reader.ts';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import { anApprovalRequest, OKTA } from '#test/fakes/approval.ts';
import { createFakeApprovalStore } from '#test/fakes/approval-store.ts';

type Draft = { readonly kind?: string; readonly st?: string; readonly header?: object | null };
const START: ReadPosition = { n: 0, segment: 0, offset: 0 };
const use = (approval: string): Draft => ({ kind: 'intent', st: 'open', header: { decision: { approval } } });
const plain: Draft = { kind: 'intent', st: 'open', header: {} };

const quiet = (): undefined => undefined;

function readerOf(drafts: readonly Draft[]): LedgerReader & { reads: number } {
  return {
    reads: 0,
    watermark: async () => ({ size: drafts.length, segment: 0, offset: 0 }),
    async read(from) {
      this.reads += 1;
      const records = drafts.slice(from.n).map(({ kind = 'control', st = 'heartbeat', header = {} }, at) => {
        const leaf = { kind, st, n: from.n + at };
        return { leaf, header: header === null ? null : JSON.stringify(header) } as StoredRecord;
      });
      return ok({ records, next: { ...from, n: drafts.length } });
    },
  };
}

function rig(drafts: readonly Draft[], other: Partial<ApprovalBooksParts> = {}) {
  const store = createFakeApprovalStore();
  const reader = readerOf(drafts);
  const self = { now: 0, voided: 0, size: drafts.length, logged: '' };
  const books = createApprovalBooks({
    store,
    reader,
    ledger: { shard: 'a', watermark: () => ({ size: self.size, segment: 0, offset: 0 }) },
    approvals: {
      voidAll: async () => void (self.voided += 1),
      stopGoingOn: async () => undefined,
      settleVote: async () => undefined,
    },
    leftOver: async () => new Map(),
    run: 'now',
    shards: ['a'],
    monotonic: () => self.now,
    limits: LIMITS,
    log: {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (_fields: unknown, message?: string) => void (self.logged += message),
    },
    ...other,
  });
  return Object.assign(self, { books, store, reader });
}
const pendingIn = async ({ store }: ReturnType<typeof rig>): Promise<void> =>
  void (await store.create(anApprovalRequest()));

test('intents and acts that name an approval tell of it, nothing else does', async () => {
  const vote = {
    st: 'approval_vote',
    header: { caller: { issuer: OKTA, subject: 'g' }, decision: { approval: 'b' }, detail: { vote: 'deny' } },
  };
  const other = { kind: 'denied', st: 'approval_required', header: { decision: { approval: 'c' } } };
  const told = await readTold(readerOf([plain, use('a'), use('a'), vote, other, {}]), START, 6, LIMITS);
  assert.deepEqual(
    [...(told ?? [])].map(([id, { uses, votes }]) => [id, uses, votes.length]),
    [
      ['a', 2, 0],
      ['b', 0, 1],
    ],
  );
});

test('a part of the book that is too long, damaged, of no key or of another book cannot be read', async () => {
  const limits = { ...LIMITS, approvalBookRecordsMax: 3, approvalBookWaitMs: 10 };
  assert.equal(await readTold(readerOf([plain, plain, plain, plain]), START, 4, limits), undefined);
  assert.equal(await readTold(readerOf([{ ...plain, header: null }]), START, 1, limits), undefined);
  assert.equal(await readTold(readerOf([plain]), { ...START, n: 2 }, 1, limits), undefined);
  assert.equal(await readTold(readerOf([plain]), START, 2, limits), undefined, 'readers are not told of all of it');
  const damaged: LedgerReader = {
    ...readerOf([]),
    read: async () => err({ file: 'f', offset: 0, message: 'damaged' }),
  };
  assert.equal(await readTold(damaged, START, 1, limits), undefined);
  assert.equal((await readTold(readerOf([{ kind: 'result', header: null }]), START, 1, limits))?.size, 0);
});

test('nothing is granted before the book was read, nor by one process before all have', async () => {
  const alone = rig([use('apr_1')]);
  await pendingIn(alone);
  assert.equal(alone.books.areRead(), false);
  await alone.books.start();
  assert.equal(alone.books.areRead(), true);
  assert.equal(alone.voided, 1);
  assert.match(alone.logged, /older than the book/);

  const first = rig([], { shards: ['a', 'a-2'] });
  await first.books.start();
  assert.equal(first.books.areRead(), false);
  await first.store.noteBook({ shard: 'a-2', run: 'an earlier start', upTo: START });
  assert.equal(first.books.areRead(), false);
  await first.store.noteBook({ shard: 'a-2', run: 'now', upTo: START });
  assert.equal(first.books.areRead(), true);
});

test('where nobody ever asked no book is read, and from a note on only what came since', async () => {
  const nobodyAsked = rig([use('apr_1')]);
  await nobodyAsked.books.start();
  assert.equal(nobodyAsked.reader.reads, 0);
  const noted = rig([use('apr_1'), plain]);
  await pendingIn(noted);
  await noted.store.noteBook({ shard: 'a', run: 'before', upTo: { ...START, n: 1 } });
  await noted.books.start();
  assert.deepEqual([noted.reader.reads, noted.voided], [1, 0]);
});

test('a book that nobody writes any more is read as well', async () => {
  const left = readerOf([use('apr_1')]);
  const to = rig([], { leftOver: async () => new Map([['a-3', left]]) });
  await pendingIn(to);
  await to.books.start();
  assert.deepEqual([left.reads, to.voided], [1, 1]);
});

test('how far the book is known is noted once enough came, as it was a while ago, and at the end', async () => {
  const limits = { ...LIMITS, approvalBookRecords: 10, approvalBookMs: 1_000 };
  const to = rig([], { limits });
  await to.books.start();
  await pendingIn(to);
  const noted = (): number | undefined => to.store.books()[0]?.upTo.n;
  to.size = 9;
  await to.books.follow();
  to.now = 1_000;
  await to.books.follow();
  assert.equal(noted(), undefined);
  to.size = 20;
  await to.books.follow();
  to.size = 30;
  to.now = 2_000;
  await to.books.follow();
  assert.equal(noted(), 20);
  await to.books.stop();
  assert.equal(noted(), 30);
});

test('a state that cannot be read grants nothing, until it can be', async () => {
  const sound = createFakeApprovalStore();
  await sound.create(anApprovalRequest());
  let isBroken = true;
  const books: ApprovalBooksParts['store']['books'] = () => {
    if (isBroken) throw new Error('the disk is gone');
    return sound.books();
  };
  const to = rig([], { store: { ...sound, books } });
  await to.books.start();
  assert.equal(to.books.areRead(), false);
  isBroken = false;
  await to.books.follow();
  assert.equal(to.books.areRead(), true);
});
