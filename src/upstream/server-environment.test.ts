import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverEnvironment } from '#upstream/server-environment.ts';

test('a server gets what programs need and what is configured, and no variable of the gateway', () => {
  const own = {
    PATH: '/bin',
    HOME: '/home/g',
    LANG: 'C',
    OKTA_SECRET: 'x',
    NODE_OPTIONS: '--inspect',
    LD_PRELOAD: 'x',
    TZ: undefined,
  };
  assert.deepEqual(serverEnvironment(own, { API_KEY: 'k', HOME: '/srv' }, 'linux'), {
    PATH: '/bin',
    HOME: '/srv',
    LANG: 'C',
    API_KEY: 'k',
  });
  assert.deepEqual(serverEnvironment({ SYSTEMROOT: 'C:\\', HOME: 'x' }, {}, 'win32'), { SYSTEMROOT: 'C:\\' });
});
