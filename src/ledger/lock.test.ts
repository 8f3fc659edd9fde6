import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { tryLock } from '#ledger/lock.ts';

const run = promisify(execFile);

/** Tries the lock in another process. */
async function elsewhere(path: string): Promise<string> {
  const code = `import { tryLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
    process.stdout.write(tryLock(${JSON.stringify(path)}) === undefined ? 'held' : 'free');`;
  return (await run(process.execPath, ['--input-type=module', '-e', code])).stdout;
}

test('a held lock is refused to this and to another process, and free again after release', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'gatebook-lock-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'lock.db');
  const lock = tryLock(path) ?? assert.fail('not locked');
  assert.equal(tryLock(path), undefined);
  assert.equal(await elsewhere(path), 'held');
  lock.release();
  assert.equal(await elsewhere(path), 'free');
  // That process has ended holding it: the operating system gave it back.
  const again = tryLock(path) ?? assert.fail('still held');
  again.release();
});
