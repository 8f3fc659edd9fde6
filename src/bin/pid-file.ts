/** `<data>/gateway.pid`: for scripts that signal the gateway. Not a lock; the ledger has one. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function writePidFile(dataDir: string): { remove(): void } {
  const file = join(dataDir, 'gateway.pid');
  writeFileSync(file, `${process.pid}\n`, { mode: 0o644 });
  return {
    remove() {
      try {
        if (readFileSync(file, 'utf8').trim() === String(process.pid)) rmSync(file);
      } catch {
        // Somebody else removed it: nothing is left to do.
      }
    },
  };
}
