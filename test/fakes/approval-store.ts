/** Approvals in memory, with the rules of the store in `state.db`: every change is counted, of two only one counts. */
import type { Approval, ApprovalStore, BookRead } from '#approvals/approval.ts';

export type FakeApprovalStore = ApprovalStore & {
  /** From here on it can neither be read nor written. */
  fail(): void;
};

export function createFakeApprovalStore(roomFor = 1_000): FakeApprovalStore {
  const kept = new Map<string, Approval>();
  const books = new Map<string, BookRead>();
  let revision = 0;
  let isBroken = false;
  const all = (): Approval[] => {
    if (isBroken) throw new Error('the disk is gone');
    return [...kept.values()];
  };
  const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
  const put = (approval: Omit<Approval, 'revision'>): Approval => {
    const changed = { ...approval, revision: (revision += 1) };
    kept.set(changed.id, changed);
    return changed;
  };
  return {
    fail: () => void (isBroken = true),
    matching: (fingerprint, toolPrint) =>
      all().filter(
        (one) =>
          ['pending', 'approved', 'denied'].includes(one.state) &&
          (isSame(one.fingerprint, fingerprint) || isSame(one.toolPrint, toolPrint)),
      ),
    find: (id) => all().find((one) => one.id === id),
    list: (states, limit) =>
      all()
        .filter(({ state }) => states.includes(state))
        .slice(0, limit),
    changedAfter: (after, limit) =>
      all()
        .filter((one) => one.revision > after)
        .toSorted((one, other) => one.revision - other.revision)
        .slice(0, limit),
    lastRevision: () => revision,
    due: (nowMs) =>
      all().filter(
        ({ state, expiresMs, usableUntilMs }) =>
          (state === 'pending' && expiresMs <= nowMs) || (state === 'approved' && (usableUntilMs ?? 0) <= nowMs),
      ),
    countWaiting: () => all().filter(({ state }) => state === 'pending').length,
    countPending: ({ subject }) =>
      all().filter(({ state, requester }) => state === 'pending' && requester.subject === subject).length,
    create: async (request) =>
      all().length >= roomFor
        ? 'full'
        : put({
            ...request,
            state: 'pending',
            votes: [],
            statement: undefined,
            scope: undefined,
            usableUntilMs: undefined,
          }),
    replace: async (before, after) =>
      all().find(({ id }) => id === before.id)?.revision === before.revision ? put(after) : undefined,
    books: () => (all(), [...books.values()]),
    noteBook: async (book) => void books.set(book.shard, book),
    close: async () => undefined,
  };
}
