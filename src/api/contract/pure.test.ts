import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const src = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What a file imports at run time, types aside. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s+(?!type\b)[^;'"]*?from\s+'([^']+)'/gm)].map(
    ([, specifier = '']) => specifier,
  );

test('the contract reaches nothing that a browser has not, however far one follows its imports', () => {
  const seen = new Set<string>();
  const outside = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('#')) follow(join(src, specifier.slice(1)));
      else outside.add(specifier);
    }
  };
  const files = globSync('api/contract/*.ts', { cwd: src }).filter((file) => !file.endsWith('.test.ts'));
  assert.ok(files.length >= 6);
  for (const file of files) follow(join(src, file));
  assert.deepEqual([...outside], ['zod']);
});
