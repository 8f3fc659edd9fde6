import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { freePort } from '../test/e2e/harness.ts';
import { startFakeIssuer } from '../test/fakes/issuer.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

test('the published form is plain JavaScript that serves, indexes and searches', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-pack-'));
  const issuer = await startFakeIssuer();
  t.after(async () => {
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const packed = spawnSync(process.execPath, [join(root, 'tools/prepack.ts'), join(folder, 'dist')], {
    encoding: 'utf8',
  });
  assert.equal(packed.status, 0, packed.stderr);
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');

  const files = globSync('dist/**/*.js', { cwd: folder });
  assert.ok(files.length > 200, `${files.length} files`);
  const left = files.filter((file) =>
    /from '#|import\('#|\.ts'/.test(readFileSync(join(folder, file), 'utf8').replaceAll(/^\s*(?:\/\/|\*).*$/gm, '')),
  );
  assert.deepEqual(left, []);

  const port = await freePort();
  const config = join(folder, 'gatebook.yaml');
  writeFileSync(
    config,
    `version: 1
deployment: packed
server: { listen: 127.0.0.1:${port} }
data: ./data
issuers: { idp: { preset: generic, issuer: "${issuer.url}", audiences: [https://packed.test] } }
`,
  );
  const bin = join(folder, 'dist', 'bin', 'gatebook.js');
  assert.match(spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' }).stdout, /^\d+\.\d+\.\d+\n$/);
  const child = spawn(process.execPath, [bin, 'serve', '--config', config, '--log-level', 'error'], {
    stdio: 'ignore',
  });
  t.after(() => void child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let isReady = false;
  for (let turn = 0; turn < 1_000 && !isReady && child.exitCode === null; turn += 1) {
    isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (!isReady) {
      await new Promise((wake) => {
        setTimeout(wake, 20);
      });
    }
  }
  assert.ok(isReady, `serve is not ready (exit code ${child.exitCode})`);
  const found = spawnSync(process.execPath, [bin, 'events', 'search', '--config', config, '--json'], {
    encoding: 'utf8',
  });
  assert.match(found.stdout, /"code":"start"/, found.stderr);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
});
