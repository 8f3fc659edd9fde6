import assert from 'node:assert/strict';
import { it } from 'node:test';
import { quietly } from '#signin/quiet-library.ts';

it('what is printed while something is made is not printed, and afterwards everything is as before, also after a fault', async (t) => {
  const said: unknown[] = [];
  const { info, warn } = console;
  t.after(() => Object.assign(console, { info, warn }));
  Object.assign(console, { info: (text: unknown) => said.push(text), warn: (text: unknown) => said.push(text) });
  const print = (how: 'info' | 'warn', text: string): unknown =>
    Reflect.apply(Reflect.get(console, how), console, [text]);
  const made = await quietly(async () => {
    print('warn', 'advice');
    await Promise.resolve();
    print('info', 'advice');
    return 1;
  });
  await assert.rejects(quietly(() => Promise.reject(new Error('broken'))));
  print('warn', 'after');
  assert.deepEqual([made, said], [1, ['after']]);
});
