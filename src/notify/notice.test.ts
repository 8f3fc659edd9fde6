import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticeViews } from '#notify/notice.ts';
import { aNotice } from '#test/fakes/notice.ts';

test('people see who was told, who is tried again and who was given up, and nobody who has nothing to be told', () => {
  assert.deepEqual(
    noticeViews([
      aNotice({ notifier: 'chat', state: 'told', attempts: 0, ref: 'C1 1.2' }),
      aNotice({ notifier: 'mail', attempts: 3, error: 'status_503' }),
      aNotice({ notifier: 'hook', state: 'dead', attempts: 20, error: 'unreachable' }),
      aNotice({ notifier: 'other', state: 'idle' }),
    ]),
    [
      { notifier: 'chat', state: 'told', attempts: 0, lastError: null },
      { notifier: 'mail', state: 'waiting', attempts: 3, lastError: 'status_503' },
      { notifier: 'hook', state: 'dead', attempts: 20, lastError: 'unreachable' },
    ],
  );
});
