import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readMarker, writeMarker } from '#store/roll-back-marker.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const STORE = '0123456789abcdef0123456789abcdef';

test('a mark reads back as written, is private, and is replaced by the next', (t) => {
  const path = join(temporaryDirectory(t), 'keys', 'state.mark');
  assert.equal(readMarker(path), 'missing');
  writeMarker(path, { store: STORE, revision: 0 });
  writeMarker(path, { store: STORE, revision: 41 });
  assert.deepEqual(readMarker(path), { store: STORE, revision: 41 });
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('anything but a whole mark is damaged, not a mark of nothing', (t) => {
  const path = join(temporaryDirectory(t), 'state.mark');
  for (const text of ['', '{}', `{"store":"${STORE}","revision":1}`, `{"store":"${STORE}","revision":-1}\n`, 'x\n']) {
    writeFileSync(path, text);
    assert.equal(readMarker(path), 'damaged', text);
  }
});
