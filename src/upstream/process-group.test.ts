import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startProcessGroup } from '#upstream/process-group.ts';
import type { ProcessGroup } from '#upstream/process-group.ts';
import { createManualTimers, systemTimers } from '#upstream/timers.ts';

type Started = {
  readonly group: ProcessGroup;
  readonly ended: Promise<string>;
  readonly atExit: Set<() => void>;
  readonly stdout: Buffer[];
};

function start(t: TestContext, script: string, stdioQueuedBytes = 1_024): Started {
  const ended = Promise.withResolvers<string>();
  const atExit = new Set<() => void>();
  const stdout: Buffer[] = [];
  const started = startProcessGroup(
    { command: process.execPath, args: ['-e', script], env: {}, cwd: '.' },
    {
      limits: { stdioStopMs: 200, stdioQueuedBytes },
      // Time stands still: nothing here is signalled or cut off because this machine is slow.
      timers: createManualTimers(),
      atExit: (run) => {
        atExit.add(run);
        return () => atExit.delete(run);
      },
      onStdout: (chunk) => stdout.push(chunk),
      onStderr: () => {},
      onEnded: ended.resolve,
    },
  );
  assert.ok(started.ok);
  const group = started.value;
  t.after(async () => {
    for (const run of atExit) run();
    await ended.promise;
  });
  return { group, ended: ended.promise, atExit, stdout };
}

test('a process that ends when its input ends is never signalled', async (t) => {
  const { group, ended, atExit } = start(t, 'process.stdin.resume()');
  await group.stop();
  assert.equal(await ended, 'exit_0');
  assert.equal(atExit.size, 0);
});

test('the last bytes of stdout come before the end', async (t) => {
  const { ended, stdout } = start(t, "process.stdout.write('x'.repeat(300000)); process.exitCode = 5");
  assert.equal(await ended, 'exit_5');
  assert.equal(Buffer.concat(stdout).length, 300_000);
});

test('a process that does not read makes writing stop instead of memory grow', (t) => {
  const { group } = start(t, 'setInterval(() => {}, 60000)');
  let written = 0;
  while (written < 1_000 && group.write(Buffer.alloc(64 * 1_024))) written += 1;
  assert.ok(written > 0 && written < 1_000);
});

test('what runs when the gateway exits kills the group at once', async (t) => {
  const { ended, atExit } = start(t, "process.on('SIGTERM', () => {}); setInterval(() => {}, 60000)");
  for (const run of atExit) run();
  assert.equal(await ended, 'signal_SIGKILL');
});

test('a command is a program and its arguments, never a line for a shell', async () => {
  const nothing = (): void => {};
  const started = startProcessGroup(
    { command: 'echo injected; true', args: [], env: { PATH: process.env['PATH'] ?? '' }, cwd: '.' },
    {
      limits: { stdioStopMs: 200, stdioQueuedBytes: 1 },
      timers: systemTimers,
      atExit: () => nothing,
      onStdout: nothing,
      onStderr: nothing,
      onEnded: nothing,
    },
  );
  assert.ok(!started.ok);
  assert.equal(await started.error, 'ENOENT');
});
