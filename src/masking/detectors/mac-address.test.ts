import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'MAC_ADDRESS';

test('hardware addresses are found in each of their forms', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['00:1A:2b:3c:4d:5e', 'ether 00:1A:2b:3c:4d:5e brd'],
    ['00-1A-2B-3C-4D-5E', '00-1A-2B-3C-4D-5E'],
    ['001a.2b3c.4d5e', '001a.2b3c.4d5e'],
    ['00:11:22:ff:fe:33:44:55', '00:11:22:ff:fe:33:44:55'],
    ['001A2B3C4D5E', '001A2B3C4D5E', 'mac'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('fingerprints and numbers are none', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD'],
    ['001A2B3C4D5E'],
    ['10-20-30-40-50-60'],
    ['12:34:56'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});
