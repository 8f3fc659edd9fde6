import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { untilInterrupted } from '#cli/until-interrupted.ts';

test('a signal aborts what runs, and its result is given; afterwards signals are nobody’s again', async () => {
  const before = process.listenerCount('SIGTERM');
  const result = await untilInterrupted(async (interrupted) => {
    assert.equal(process.listenerCount('SIGTERM'), before + 1);
    process.kill(process.pid, 'SIGTERM');
    await once(interrupted, 'abort');
    return 'ended';
  });
  assert.equal(result, 'ended');
  assert.equal(process.listenerCount('SIGTERM'), before);
});
