/** A store of bindings in memory that fails on command. */
import type { BindingStore, BindingWrite, StoredBinding } from '#bindings/binding.ts';

export type FakeBindingStore = BindingStore & {
  readonly writes: BindingWrite[];
  /** What throws, or rejects. */
  readonly failing: Set<'find' | 'write'>;
};

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

export function createFakeBindingStore(): FakeBindingStore {
  const rows: StoredBinding[] = [];
  const writes: BindingWrite[] = [];
  const failing = new Set<'find' | 'write'>();
  return {
    writes,
    failing,
    find(digest) {
      if (failing.has('find')) throw new Error('the disk is gone');
      return rows.filter((row) => same(row.digest, digest));
    },
    async write(write) {
      if (failing.has('write')) throw new Error('the disk is gone');
      writes.push(write);
      const { row, nowMs } = write;
      const others = rows.filter((other) => same(other.digest, row.digest) && !same(other.owner, row.owner));
      if (row.isSingle && others.some(({ expiresMs }) => expiresMs > nowMs)) return 'taken';
      const at = rows.findIndex((other) => same(other.digest, row.digest) && same(other.owner, row.owner));
      if (at >= 0) rows.splice(at, 1);
      rows.push(row);
      return 'bound';
    },
    close: async () => undefined,
  };
}
