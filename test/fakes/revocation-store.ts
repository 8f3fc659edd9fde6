/** A store of revocations in memory that tells what happens to it, in order, and fails on command. */
import type { Revocation, RevocationInForce, RevocationStore } from '#identity/revocation.ts';

export type FakeRevocationStore = RevocationStore & {
  readonly waiting: Map<string, Revocation>;
  readonly enforced: RevocationInForce[];
  /** Methods that throw. */
  readonly failing: Set<keyof RevocationStore>;
  /** How many more it takes. */
  room: number;
};

export function createFakeRevocationStore(
  happened: (name: keyof RevocationStore) => void = () => undefined,
): FakeRevocationStore {
  const waiting = new Map<string, Revocation>();
  const enforced: RevocationInForce[] = [];
  const failing = new Set<keyof RevocationStore>();
  const act = (name: keyof RevocationStore): void => {
    if (failing.has(name)) throw new Error(`no ${name}`);
    happened(name);
  };
  return {
    waiting,
    enforced,
    failing,
    room: 10,
    async announce(revocation) {
      act('announce');
      if (waiting.size + enforced.length >= this.room) return false;
      waiting.set(revocation.id, revocation);
      return true;
    },
    async enforce(id, record) {
      act('enforce');
      const revocation = waiting.get(id);
      if (revocation === undefined) throw new Error('not announced');
      waiting.delete(id);
      const done = { ...revocation, record, revision: enforced.length + 1 };
      enforced.push(done);
      return done;
    },
    async withdraw(id) {
      act('withdraw');
      waiting.delete(id);
      return enforced.find((one) => one.id === id);
    },
    announced: async () => [...waiting.values()],
    async inForceAfter(revision) {
      if (failing.has('inForceAfter')) throw new Error('no inForceAfter');
      return enforced.filter((one) => one.revision > revision);
    },
    close: async () => undefined,
  };
}
