import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { browserCommand, openBrowser } from '#cli/open-browser.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

test('a browser is opened where somebody can sit in front of it', () => {
  assert.deepEqual(browserCommand({ DISPLAY: ':0' }, 'linux'), ['xdg-open']);
  assert.deepEqual(browserCommand({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux'), ['xdg-open']);
  assert.deepEqual(browserCommand({}, 'darwin'), ['open']);
  assert.equal(browserCommand({}, 'win32')?.[0], 'rundll32');
  for (const env of [
    {},
    { DISPLAY: ':10', SSH_CONNECTION: '1' },
    { DISPLAY: ':0', CI: '1' },
    { DISPLAY: ':0', BROWSER: 'none' },
  ])
    assert.equal(browserCommand(env, 'linux'), undefined);
});

test('the address is one argument, whatever stands in it, and a browser that is not there is said', async (t) => {
  const folder = temporaryDirectory(t);
  const [program, out] = [join(folder, 'browser'), join(folder, 'out')];
  writeFileSync(program, `#!/bin/sh\nprintf '%s|' "$#" "$@" > '${out}.new' && mv '${out}.new' '${out}'\n`);
  chmodSync(program, 0o700);
  const url = 'https://a.example/?x=1&y=$(id)`id`;z=" \'';
  assert.equal(await openBrowser(url, [program]), true);
  while (!existsSync(out)) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(readFileSync(out, 'utf8'), `1|${url}|`);
  assert.equal(await openBrowser(url, [join(folder, 'missing')]), false);
});
