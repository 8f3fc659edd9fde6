import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfigFile } from '#cli/config-file.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

test('the file counts from where the user stood, paths within it from its own folder', async (t) => {
  const cwd = temporaryDirectory(t);
  mkdirSync(join(cwd, 'etc'));
  writeFileSync(join(cwd, 'etc/master'), 'key\n');
  writeFileSync(join(cwd, 'etc/g.yaml'), 'version: 1\ndeployment: acme\ndata: book\nkeys: { master: file:master }\n');
  const silent = { write: () => true };
  const io = { stdout: silent, stderr: silent, env: {}, cwd, exit: () => undefined };
  const loaded = await loadConfigFile(io, 'etc/g.yaml');
  assert.ok(loaded.ok);
  assert.equal(loaded.value.config.data, join(cwd, 'etc/book'));
  assert.equal(loaded.value.secrets.masterKey?.reveal(), 'key');
});
