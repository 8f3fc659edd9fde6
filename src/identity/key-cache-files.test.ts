import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, chown, copyFile, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createKeyCacheFiles } from '#identity/key-cache-files.ts';
import { LIMITS } from '#limits.ts';

const SECRET = Buffer.alloc(32, 7);
/** Base64url of the 32 bytes that seal a file, and the line break before it. */
const SEAL_BYTES = 44;
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
    const cache = createKeyCacheFiles(dir, LIMITS.issuerDocumentBytes, SECRET);
    assert.equal(await cache.read('okta'), null);
    await cache.write('okta', 'one');
    await cache.write('okta', 'two');
    assert.equal(await cache.read('okta'), 'two');
    assert.equal(await cache.read('entra'), null);
    assert.deepEqual(await readdir(dir), ['okta.json']);
    if (onPosix) assert.equal((await stat(join(dir, 'okta.json'))).mode & 0o777, 0o600);
  });

  it('are not read when others may write to them', { skip: !onPosix }, async () => {
    const cache = createKeyCacheFiles(root, LIMITS.issuerDocumentBytes, SECRET);
    for (const mode of [0o620, 0o602]) {
      await cache.write('idp', 'x');
      await chmod(join(root, 'idp.json'), mode);
      assert.equal(await cache.read('idp'), null);
    }
  });

  it('are not read from a directory that others may write to', { skip: !onPosix }, async () => {
    const dir = join(root, 'loose');
    const cache = createKeyCacheFiles(dir, LIMITS.issuerDocumentBytes, SECRET);
    await cache.write('idp', 'x');
    assert.equal(await cache.read('idp'), 'x');
    for (const mode of [0o770, 0o707]) {
      await chmod(dir, mode);
      assert.equal(await cache.read('idp'), null);
    }
  });

  it('are not read when somebody else owns them', { skip: process.getuid?.() !== 0 && 'needs root' }, async () => {
    const cache = createKeyCacheFiles(root, LIMITS.issuerDocumentBytes, SECRET);
    await cache.write('idp', 'x');
    await chown(join(root, 'idp.json'), 65_534, 65_534);
    assert.equal(await cache.read('idp'), null);
  });

  it('are not read when a byte changed, cut, from another issuer or from another deployment', async () => {
    const cache = createKeyCacheFiles(root, LIMITS.issuerDocumentBytes, SECRET);
    await cache.write('idp', '{"jwks":"a"}\n');
    assert.equal(await cache.read('idp'), '{"jwks":"a"}\n');
    const path = join(root, 'idp.json');
    const sealed = await readFile(path, 'utf8');
    for (const text of [sealed.replace('a', 'b'), sealed.slice(0, -1), `${sealed}A`, sealed.split('\n')[0] ?? '', '']) {
      await writeFile(path, text);
      assert.equal(await cache.read('idp'), null, text);
    }
    await writeFile(path, sealed);
    assert.equal(await cache.read('idp'), '{"jwks":"a"}\n');
    await copyFile(path, join(root, 'other.json'));
    assert.equal(await cache.read('other'), null);
    const elsewhere = createKeyCacheFiles(root, LIMITS.issuerDocumentBytes, Buffer.alloc(32, 8));
    assert.equal(await elsewhere.read('idp'), null);
  });

  it('are not read from a pipe, and nobody waits for its other end', { skip: !onPosix }, async () => {
    spawnSync('mkfifo', ['-m', '600', join(root, 'pipe.json')]);
    assert.equal(await createKeyCacheFiles(root, LIMITS.issuerDocumentBytes, SECRET).read('pipe'), null);
  });

  it('are not read through a symbolic link', { skip: !onPosix }, async () => {
    await writeFile(join(root, 'target'), 'x', { mode: 0o600 });
    await symlink(join(root, 'target'), join(root, 'linked.json'));
    assert.equal(await createKeyCacheFiles(root, LIMITS.issuerDocumentBytes, SECRET).read('linked'), null);
  });

  it('are not read when larger than allowed', async () => {
    const cache = createKeyCacheFiles(root, 1, SECRET);
    await cache.write('big', 'x'.repeat(4_098 - SEAL_BYTES));
    assert.notEqual(await cache.read('big'), null);
    await cache.write('big', 'x'.repeat(4_099 - SEAL_BYTES));
    assert.equal(await cache.read('big'), null);
  });

  it('say so when they cannot be written, and leave no temporary file', async () => {
    await writeFile(join(root, 'file'), '');
    await assert.rejects(createKeyCacheFiles(join(root, 'file'), LIMITS.issuerDocumentBytes, SECRET).write('a', 'x'));
  });
});
