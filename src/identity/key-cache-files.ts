/**
 * Key caches as files, one per issuer: `<dir>/<namespace>.json`, mode 0600. Whoever could add a key here could make tokens.
 * So each file ends with a line that only the holder of the gateway's own key can make, and neither a file nor a
 * directory that others may write to is read: storage alone, or a restored copy of another's, gives nobody a key.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyCache } from '#identity/key-cache.ts';

const GROUP_OR_OTHERS_WRITE = 0o022;

/** The store's own words around the document. */
const ENVELOPE_BYTES = 4_096;

/** Writable by nobody but this process' user (or root, who may do anything), and of that user. */
function isOurs({ mode, uid }: Stats): boolean {
  if (process.platform === 'win32') return true;
  return (mode & GROUP_OR_OTHERS_WRITE) === 0 && (uid === process.getuid?.() || uid === 0);
}

/**
 * @param documentBytesMax the largest key set an issuer may publish; larger files are not read.
 * @param secret 32 bytes that only this deployment has; a key of its own is derived from them.
 */
export function createKeyCacheFiles(dir: string, documentBytesMax: number, secret: Uint8Array): KeyCache {
  // Stored as a JSON string, in which each quote and line break of the document takes two bytes.
  const bytesMax = 2 * documentBytesMax + ENVELOPE_BYTES;
  const pathOf = (namespace: string): string => join(dir, `${namespace}.json`);
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'gatebook issuer key cache', 32));
  const sealOf = (namespace: string, text: string): string =>
    createHmac('sha256', key).update(`${namespace}\n`).update(text).digest('base64url');

  /** The text above the last line, when that line seals it. */
  const unsealed = (namespace: string, sealed: string): string | null => {
    const at = sealed.lastIndexOf('\n');
    const text = sealed.slice(0, Math.max(at, 0));
    const [seal, expected] = [Buffer.from(sealed.slice(at + 1)), Buffer.from(sealOf(namespace, text))];
    return seal.length === expected.length && timingSafeEqual(seal, expected) ? text : null;
  };

  return {
    async read(namespace) {
      try {
        // Who may write to the directory may put another file in the place of this one.
        if (!isOurs(await lstat(dir))) return null;
        // Not through a symbolic link: what it points to may be writable by others. A pipe must not hold up the start.
        const file = await open(pathOf(namespace), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
        try {
          const status = await file.stat();
          if (!status.isFile() || status.size > bytesMax || !isOurs(status)) return null;
          return unsealed(namespace, await file.readFile('utf8'));
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
        await rm(temporary, { force: true });
        const file = await open(temporary, 'wx', 0o600);
        try {
          await file.writeFile(`${text}\n${sealOf(namespace, text)}`);
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
