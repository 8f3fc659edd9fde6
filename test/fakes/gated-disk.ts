/** The real disk with a gate in front of every sync: a test decides when, and whether, a sync returns. */
import { nodeDisk } from '#ledger/node-disk.ts';
import type { Disk, DiskFile } from '#ledger/disk.ts';

export type GatedDisk = Disk & {
  /** From now on syncs of segments wait until `release` or `fail`. */
  shut(): void;
  release(): void;
  /** Waiting and later syncs of segments reject. */
  fail(): void;
  /** Resolves when a sync stands at the shut gate. */
  waiting(): Promise<void>;
};

export function createGatedDisk(): GatedDisk {
  let gate: 'open' | 'shut' | 'failing' = 'open';
  let queue: (() => void)[] = [];
  let arrivals: (() => void)[] = [];

  const settle = (): void => {
    const waiting = queue;
    queue = [];
    for (const go of waiting) go();
  };
  const pass = async (): Promise<void> => {
    if (gate === 'shut') {
      await new Promise<void>((go) => {
        queue.push(go);
        for (const arrived of arrivals) arrived();
        arrivals = [];
      });
    }
    if (gate === 'failing') throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  };
  const gated = (file: DiskFile): DiskFile => ({
    ...file,
    datasync: async () => {
      await pass();
      await file.datasync();
    },
  });

  return {
    ...nodeDisk,
    open: async (path, how, mode) => {
      const file = await nodeDisk.open(path, how, mode);
      return path.endsWith('.seg') || path.endsWith('next.tmp') ? gated(file) : file;
    },
    release: () => {
      gate = 'open';
      settle();
    },
    shut: () => {
      gate = 'shut';
    },
    fail: () => {
      gate = 'failing';
      settle();
    },
    waiting: () => (queue.length > 0 ? Promise.resolve() : new Promise((resolve) => arrivals.push(resolve))),
  };
}
