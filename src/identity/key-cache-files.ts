/**
 * Key caches as files, one per issuer: `<dir>/<namespace>.json`, mode 0600. Whoever can write here can add keys and so
 * make tokens; the directory therefore belongs beside the gateway's own keys, and a file that others may write to is
 * not read.
 */
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyCache } from '#identity/key-cache.ts';

const GROUP_OR_OTHERS_WRITE = 0o022;

/** The store's own words around the document. */
const ENVELOPE_BYTES = 4_096;

/** @param documentBytesMax the largest key set an issuer may publish; larger files are not read. */
export function createKeyCacheFiles(dir: string, documentBytesMax: number): KeyCache {
  // Stored as a JSON string, in which each quote and line break of the document takes two bytes.
  const bytesMax = 2 * documentBytesMax + ENVELOPE_BYTES;
  const pathOf = (namespace: string): string => join(dir, `${namespace}.json`);
  return {
    async read(namespace) {
      try {
        // Not through a symbolic link: what it points to may be writable by others.
        const file = await open(pathOf(namespace), constants.O_RDONLY | constants.O_NOFOLLOW);
        try {
          const { mode, size } = await file.stat();
          if (size > bytesMax) return null;
          if (process.platform !== 'win32' && (mode & GROUP_OR_OTHERS_WRITE) !== 0) return null;
          return await file.readFile('utf8');
        } finally {
          await file.close();
        }
      } catch {
        return null;
      }
    },
    async write(namespace, text) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      // Several processes may keep the same issuer's keys.
      const temporary = `${pathOf(namespace)}.${process.pid}.tmp`;
      try {
        const file = await open(temporary, 'w', 0o600);
        try {
          await file.writeFile(text);
          await file.datasync();
        } finally {
          await file.close();
        }
        await rename(temporary, pathOf(namespace));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}
