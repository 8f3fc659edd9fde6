import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createKeyCacheFiles } from '#identity/key-cache-files.ts';
import { LIMITS } from '#limits.ts';

const onPosix = process.platform !== 'win32';

describe('key cache files', () => {
  let root = '';
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'gatebook-keys-'));
  });
  after(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it('keep what was written last, and nothing beside it', async () => {
    const dir = join(root, 'deep', 'cache');
    const cache = createKeyCacheFiles(dir, LIMITS.issuerDocumentBytes);
    assert.equal(await cache.read('okta'), null);
    await cache.write('okta', 'one');
    await cache.write('okta', 'two');
    assert.equal(await cache.read('okta'), 'two');
    assert.equal(await cache.read('entra'), null);
    assert.deepEqual(await readdir(dir), ['okta.json']);
    if (onPosix) assert.equal((await stat(join(dir, 'okta.json'))).mode & 0o777, 0o600);
  });

  it('are not read when others may write to them', { skip: !onPosix }, async () => {
    const cache = createKeyCacheFiles(root, LIMITS.issuerDocumentBytes);
    for (const mode of [0o620, 0o602]) {
      await cache.write('idp', 'x');
      await chmod(join(root, 'idp.json'), mode);
      assert.equal(await cache.read('idp'), null);
    }
  });

  it('are not read through a symbolic link', { skip: !onPosix }, async () => {
    await writeFile(join(root, 'target'), 'x', { mode: 0o600 });
    await symlink(join(root, 'target'), join(root, 'linked.json'));
    assert.equal(await createKeyCacheFiles(root, LIMITS.issuerDocumentBytes).read('linked'), null);
  });

  it('are not read when larger than allowed', async () => {
    const cache = createKeyCacheFiles(root, 1);
    await cache.write('big', 'x'.repeat(4_098));
    assert.notEqual(await cache.read('big'), null);
    await cache.write('big', 'x'.repeat(4_099));
    assert.equal(await cache.read('big'), null);
  });

  it('say so when they cannot be written, and leave no temporary file', async () => {
    await writeFile(join(root, 'file'), '');
    await assert.rejects(createKeyCacheFiles(join(root, 'file'), LIMITS.issuerDocumentBytes).write('a', 'x'));
  });
});
