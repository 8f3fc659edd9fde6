/** docs/THREAT_MODEL.md names tests and limits: what it names is there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const text = readFileSync(join(root, 'docs/THREAT_MODEL.md'), 'utf8');
const quoted = [...text.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words);

test('every test the threat model points to exists', () => {
  const paths = quoted.filter((words) => /^(?:src|test)\/[\w./-]+$/.test(words));
  assert.ok(paths.length > 30, `${paths.length} paths`);
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(root, path))),
    [],
  );
});

test('every limit the threat model names is one', () => {
  const limits = quoted.filter((words) => /^[a-z]+[A-Za-z]*(?:Ms|Bytes|Sources|Connections)$/.test(words));
  assert.ok(limits.length > 8, `${limits.length} limits`);
  assert.deepEqual(
    limits.filter((name) => !Object.hasOwn(LIMITS, name)),
    [],
  );
});

test('every page the threat model links to exists', () => {
  const pages = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, page = '']) => page);
  assert.ok(pages.length > 2);
  assert.deepEqual(
    pages.filter((page) => !existsSync(join(root, 'docs', page))),
    [],
  );
});
