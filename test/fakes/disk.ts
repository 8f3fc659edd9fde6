/**
 * A disk in memory that fails as disks do. What was not synced is, after a power cut, there or not sector by sector
 * in any order; names not synced with their directory survive as some prefix of what was done; a failed sync marks
 * its pages clean without storing them, so that a second sync "succeeds" and the cache shows what is not there.
 */
import { ShortWrite } from '#ledger/disk.ts';
import type { Disk, DiskFile } from '#ledger/disk.ts';

const SECTOR_BYTES = 512;

type Inode = { cache: Buffer; platter: Buffer; readonly dirty: Set<number> };
type NameChange =
  | { readonly what: 'link'; readonly path: string; readonly inode: Inode }
  | { readonly what: 'rename'; readonly from: string; readonly to: string }
  | { readonly what: 'remove'; readonly path: string };

/** What goes wrong at the n-th operation (from 1) that changes or syncs something. */
export type DiskFailure = 'power cut' | 'error' | 'short write' | 'never returns';

export type FakeDisk = {
  /** The disk as the process running now sees it; useless to that process after a power cut or its end. */
  mount(): Disk;
  /** Operations so far that change or sync something. */
  readonly operations: number;
  failAt(operation: number, failure: DiskFailure): void;
  /** The power goes now, unless it went already; then it comes back: what was not synced is lost at random. */
  powerCycle(): void;
  /** The process dies and another begins: the page cache stays, locks go. */
  restartProcess(): void;
  /** Resolves at the next power cut. */
  readonly cut: Promise<void>;
  setFreeBytes(bytes: number): void;
  /** What is in the files now, by path. */
  contents(): ReadonlyMap<string, Buffer>;
  /** Changes stored bytes behind everybody's back. */
  tamper(path: string, change: (bytes: Buffer) => Buffer | undefined): void;
};

/** Mulberry32: small, seeded, good enough to choose which sector is lost. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const grown = (bytes: Buffer, size: number): Buffer =>
  bytes.length >= size ? bytes : Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const ioError = (): Error => Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
const missing = (path: string): Error => Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
const never = (): Promise<never> => new Promise(() => undefined);

function markDirty(inode: Inode, from: number, to: number): void {
  for (let sector = Math.floor(from / SECTOR_BYTES); sector * SECTOR_BYTES < to; sector += 1) inode.dirty.add(sector);
}

function storeSector(inode: Inode, sector: number): void {
  const from = sector * SECTOR_BYTES;
  const part = inode.cache.subarray(from, from + SECTOR_BYTES);
  inode.platter = grown(inode.platter, from + part.length);
  inode.platter.set(part, from);
}

function applyNames(names: Map<string, Inode>, change: NameChange): void {
  if (change.what === 'link') names.set(change.path, change.inode);
  else if (change.what === 'remove') names.delete(change.path);
  else {
    const inode = names.get(change.from);
    names.delete(change.from);
    if (inode !== undefined) names.set(change.to, inode);
  }
}

const pathOf = (change: NameChange): string => (change.what === 'rename' ? change.to : change.path);

export function createFakeDisk(seed: number): FakeDisk {
  const chance = seededRandom(seed);
  let names = new Map<string, Inode>();
  let storedNames = new Map<string, Inode>();
  let changes: NameChange[] = [];
  const locks = new Set<string>();
  let free = 1e12;
  let operations = 0;
  let failing: { at: number; failure: DiskFailure } | undefined;
  let powered = true;
  /** Operations of a process that is gone must not reach the disk any more. */
  let life = 0;
  let announceCut: () => void = () => undefined;
  const nextCut = (): Promise<void> =>
    new Promise((resolve) => {
      announceCut = resolve;
    });
  let cut = nextCut();

  function losePower(): void {
    powered = false;
    life += 1;
    for (const inode of new Set([...names.values(), ...storedNames.values()])) {
      for (const sector of inode.dirty) if (chance() < 0.5) storeSector(inode, sector);
      inode.dirty.clear();
      inode.cache = Buffer.from(inode.platter);
    }
    for (const change of changes.slice(0, Math.floor(chance() * (changes.length + 1)))) applyNames(storedNames, change);
    names = new Map(storedNames);
    changes = [];
    locks.clear();
    announceCut();
  }

  /** Counts a changing operation; says what goes wrong with it. */
  function count(): DiskFailure | undefined {
    operations += 1;
    return failing?.at === operations ? failing.failure : undefined;
  }

  /** For operations that either happen or do not. */
  async function step(mine: number, act: () => void): Promise<void> {
    if (!powered || mine !== life) return never();
    const failure = count();
    if (failure === 'never returns') return never();
    if (failure === 'power cut') {
      if (chance() < 0.5) act();
      losePower();
      return never();
    }
    if (failure !== undefined) throw ioError();
    act();
    return undefined;
  }

  function change(change: NameChange): void {
    changes.push(change);
    applyNames(names, change);
  }

  function openFile(mine: number, inode: Inode, path: string): DiskFile {
    const put = (bytes: Uint8Array, position: number): void => {
      inode.cache = grown(inode.cache, position + bytes.length);
      inode.cache.set(bytes, position);
      markDirty(inode, position, position + bytes.length);
    };
    return {
      read: (into, position) => {
        if (!powered || mine !== life) return never();
        const part = inode.cache.subarray(position, position + into.length);
        into.set(part, 0);
        return Promise.resolve(part.length);
      },
      write: async (bytes, position) => {
        if (!powered || mine !== life) return never();
        const failure = count();
        if (failure === 'never returns') return never();
        if (failure === 'error') throw ioError();
        if (failure === 'short write') {
          put(bytes.subarray(0, Math.floor(bytes.length / 2)), position);
          throw new ShortWrite(`${path}: short write`);
        }
        put(bytes, position);
        if (failure !== 'power cut') return undefined;
        losePower();
        return never();
      },
      datasync: async () => {
        if (!powered || mine !== life) return never();
        const failure = count();
        if (failure === 'never returns') return never();
        if (failure === 'power cut') {
          losePower();
          return never();
        }
        // fsync reports a failure once: the pages are clean afterwards and never stored.
        if (failure === undefined) {
          inode.platter = grown(inode.platter, inode.cache.length);
          for (const sector of inode.dirty) storeSector(inode, sector);
        }
        inode.dirty.clear();
        if (failure !== undefined) throw ioError();
        return undefined;
      },
      size: () => Promise.resolve(inode.cache.length),
      close: () => Promise.resolve(),
    };
  }

  function mount(): Disk {
    const mine = life;
    const gone = (): boolean => !powered || mine !== life;
    return {
      open: async (path, how) => {
        if (gone()) return never();
        if (how === 'create') {
          const inode: Inode = { cache: Buffer.alloc(0), platter: Buffer.alloc(0), dirty: new Set() };
          await step(mine, () => change({ what: 'link', path, inode }));
          return openFile(mine, inode, path);
        }
        const inode = names.get(path);
        if (inode === undefined) throw missing(path);
        return openFile(mine, inode, path);
      },
      rename: (from, to) => {
        if (gone()) return never();
        return names.has(from) ? step(mine, () => change({ what: 'rename', from, to })) : Promise.reject(missing(from));
      },
      remove: (path) => step(mine, () => change({ what: 'remove', path })),
      syncDirectory: (path) =>
        step(mine, () => {
          for (const made of changes) if (directoryOf(pathOf(made)) === path) applyNames(storedNames, made);
          changes = changes.filter((made) => directoryOf(pathOf(made)) !== path);
        }),
      makeDirectory: () => Promise.resolve(),
      list: (path) =>
        gone()
          ? never()
          : Promise.resolve(
              [...names.keys()].filter((name) => directoryOf(name) === path).map((name) => name.slice(path.length + 1)),
            ),
      exists: (path) => (gone() ? never() : Promise.resolve(names.has(path))),
      freeBytes: () => Promise.resolve(free),
      lock: (path) => {
        if (locks.has(path)) return undefined;
        locks.add(path);
        return { release: () => void locks.delete(path) };
      },
    };
  }

  return {
    mount,
    get operations() {
      return operations;
    },
    get cut() {
      return cut;
    },
    failAt: (operation, failure) => {
      failing = { at: operation, failure };
    },
    powerCycle: () => {
      if (powered) losePower();
      powered = true;
      cut = nextCut();
      failing = undefined;
    },
    restartProcess: () => {
      life += 1;
      locks.clear();
      failing = undefined;
    },
    setFreeBytes: (bytes) => {
      free = bytes;
    },
    contents: () => new Map([...names].map(([path, inode]) => [path, inode.cache])),
    tamper: (path, alter) => {
      const inode = names.get(path);
      if (inode === undefined) throw missing(path);
      const altered = alter(Buffer.from(inode.cache));
      names.delete(path);
      storedNames.delete(path);
      if (altered === undefined) return;
      const fresh: Inode = { cache: altered, platter: Buffer.from(altered), dirty: new Set() };
      names.set(path, fresh);
      storedNames.set(path, fresh);
    },
  };
}
