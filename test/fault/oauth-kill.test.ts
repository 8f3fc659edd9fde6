/** kill -9 in the middle of using up codes and refresh tokens: what was said is so, and nothing is half done. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytes, emptyStateFile, openTable } from '../fakes/oauth-rows.ts';

const SCRIPT = join(import.meta.dirname, 'oauth-writes.ts');
const ROUNDS = 4;
const SAID_BEFORE_KILL = 20;

async function killedWhileWriting(path: string, from: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPT, path, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > SAID_BEFORE_KILL) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return said.split('\n').filter((line) => line !== '');
}

test('what a killed process said it did is done, and what it did not say is done whole or not at all', async (t) => {
  const path = emptyStateFile(t);
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = round * 1_000;
    const said = await killedWhileWriting(path, from);
    assert.ok(said.length >= SAID_BEFORE_KILL);
    const table = openTable(t, {}, path);
    for (const [at, line] of said.entries()) assert.equal(line, `${from + at} done,done,done`);
    // One more than was said may have been done when it was killed.
    for (let at = from; at <= from + said.length + 1; at += 1) {
      const isUsed = table.find(bytes(`code ${at}`))?.consumedMs !== undefined;
      const came = [`access ${at}`, `next ${at}`].map((name) => table.find(bytes(name)) !== undefined);
      const isReplaced = table.find(bytes(`refresh ${at}`))?.consumedMs !== undefined;
      assert.deepEqual([...came, isReplaced], [isUsed, isUsed, isUsed], `${at} is half done`);
      if (at < from + said.length) assert.equal(isUsed, true, `${at} was said and is not done`);
    }
    const nowMs = Date.now();
    const last = bytes(`code ${from + said.length - 1}`);
    assert.deepEqual(
      table.write([{ act: 'consume', digest: last, nowMs }]),
      ['used'],
      'a code is used once, also past a kill',
    );
    table.close();
  }
});
