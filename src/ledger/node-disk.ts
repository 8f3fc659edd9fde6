/** The real disk: node:fs with callbacks (half the CPU of its promises on the commit path) behind the `Disk` port. */
import fs from 'node:fs';
import { tryLock } from '#ledger/lock.ts';
import { ShortWrite } from '#ledger/disk.ts';
import type { Disk, DiskFile, OpenHow } from '#ledger/disk.ts';

/**
 * One O_DSYNC write instead of a write and an fdatasync: half the trips to the thread pool on every commit. Linux only,
 * where it gives what fdatasync gives (open(2)); elsewhere it may stop at the drive's cache.
 */
const HAS_DSYNC = process.platform === 'linux';
const { O_CREAT, O_DSYNC, O_RDONLY, O_RDWR, O_TRUNC } = fs.constants;
const FLAGS: Readonly<Record<OpenHow, number>> = {
  read: O_RDONLY,
  write: O_RDWR,
  create: O_RDWR | O_CREAT | O_TRUNC,
  commit: HAS_DSYNC ? O_RDWR | O_DSYNC : O_RDWR,
};

type Settle = (error: NodeJS.ErrnoException | null) => void;

/** Runs a node:fs function that reports nothing but an error. */
function done(start: (settle: Settle) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function nodeFile(descriptor: number, path: string, isSynced: boolean): DiskFile {
  return {
    read: (into, position) =>
      new Promise((resolve, reject) => {
        let total = 0;
        const next = (): void => {
          fs.read(descriptor, into, total, into.length - total, position + total, (error, count) => {
            if (error) return reject(error);
            total += count;
            if (count === 0 || total === into.length) return resolve(total);
            next();
          });
        };
        next();
      }),
    write: (bytes, position) =>
      new Promise((resolve, reject) => {
        fs.write(descriptor, bytes, 0, bytes.length, position, (error, count) => {
          if (error) reject(error);
          else if (count === bytes.length) resolve();
          else reject(new ShortWrite(`${path}: wrote ${count} of ${bytes.length} bytes at ${position}`));
        });
      }),
    datasync: () => (isSynced ? Promise.resolve() : done((settle) => fs.fdatasync(descriptor, settle))),
    size: () =>
      new Promise((resolve, reject) => {
        fs.fstat(descriptor, (error, stats) => {
          if (error) reject(error);
          else resolve(stats.size);
        });
      }),
    close: () => done((settle) => fs.close(descriptor, settle)),
  };
}

export const nodeDisk: Disk = {
  open: (path, how, mode = 0o640) =>
    new Promise((resolve, reject) => {
      fs.open(path, FLAGS[how], mode, (error, descriptor) => {
        if (error) reject(error);
        else resolve(nodeFile(descriptor, path, how === 'commit' && HAS_DSYNC));
      });
    }),
  rename: (from, to) => done((settle) => fs.rename(from, to, settle)),
  remove: (path) => done((settle) => fs.rm(path, { force: true }, settle)),
  syncDirectory: async (path) => {
    const descriptor = await new Promise<number>((resolve, reject) => {
      fs.open(path, 'r', (error, opened) => {
        if (error) reject(error);
        else resolve(opened);
      });
    });
    try {
      await done((settle) => fs.fsync(descriptor, settle));
    } finally {
      await done((settle) => fs.close(descriptor, settle));
    }
  },
  makeDirectory: (path, mode) => done((settle) => fs.mkdir(path, { recursive: true, mode }, (error) => settle(error))),
  list: (path) =>
    new Promise((resolve, reject) => {
      fs.readdir(path, (error, names) => {
        if (error) reject(error);
        else resolve(names);
      });
    }),
  exists: (path) =>
    new Promise((resolve, reject) => {
      fs.stat(path, (error) => {
        if (!error) resolve(true);
        else if (error.code === 'ENOENT') resolve(false);
        else reject(error);
      });
    }),
  freeBytes: (path) =>
    new Promise((resolve, reject) => {
      fs.statfs(path, (error, stats) => {
        if (error) reject(error);
        else resolve(stats.bavail * stats.bsize);
      });
    }),
  lock: tryLock,
};
