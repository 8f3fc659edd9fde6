/** The house rules that a machine can hold: where imports may point, no circles, a test beside each file, words we do not use. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const sources = globSync('src/**/*.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .toSorted();
const code = sources.filter((file) => !file.endsWith('.test.ts'));

/** Static, type-only and dynamic imports, and worker files named by URL. */
function importsOf(text: string): string[] {
  const named = [
    ...text.matchAll(/^(?:import|export)\b[^;'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm),
  ];
  return named.map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}
const toFile = (specifier: string): string | undefined =>
  specifier.startsWith('#') ? `src/${specifier.slice(1)}` : undefined;
const graph = new Map(
  code.map((file) => [
    file,
    importsOf(read(file))
      .map(toFile)
      .filter((to) => to !== undefined),
  ]),
);

const folderOf = (file: string): string => file.split('/')[1] ?? '';
const OUTER = new Set(['bin', 'gateway', 'api', 'cli', 'signin']);
/** What a folder may import; core folders may use each other as long as no file circle arises. */
function mayImport(from: string, to: string): boolean {
  if (from.startsWith('src/ledger/verify/')) return to.startsWith('src/ledger/verify/') || to === 'src/result.ts';
  const [source, target] = [folderOf(from), folderOf(to)];
  if (source === target || target === 'result.ts' || target === 'limits.ts') return true;
  switch (source) {
    case 'result.ts':
    case 'limits.ts':
      return false;
    case 'mcp':
      return false;
    case 'bin':
      return true;
    case 'cli':
      return target !== 'bin' && target !== 'gateway' && target !== 'api' && target !== 'signin';
    case 'gateway':
      return target !== 'bin' && target !== 'cli' && target !== 'signin';
    case 'api':
    case 'signin':
      return target !== 'bin' && target !== 'cli';
    default:
      return !OUTER.has(target);
  }
}

test('imports point only inwards: bin, then gateway, api and cli, then the core, then mcp', () => {
  const wrong = [...graph].flatMap(([from, targets]) =>
    targets.filter((to) => !mayImport(from, to)).map((to) => `${from} -> ${to}`),
  );
  assert.deepEqual(wrong, []);
  assert.equal(mayImport('src/mcp/json.ts', 'src/gateway/server.ts'), false);
  assert.equal(mayImport('src/ledger/verify/tree.ts', 'src/ledger/merkle.ts'), false);
});

test('every #import names a file that exists', () => {
  const missing = [...graph].flatMap(([from, targets]) =>
    targets.filter((to) => !existsSync(join(root, to))).map((to) => `${from} -> ${to}`),
  );
  assert.deepEqual(missing, []);
});

test('no source file reaches another by a relative path', () => {
  const relative = sources.filter((file) => importsOf(read(file)).some((specifier) => specifier.startsWith('.')));
  assert.deepEqual(relative, []);
});

function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    for (const next of edges.get(file) ?? []) {
      const cycle = walk(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = walk(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

test('there is no import circle', () => {
  assert.equal(findCycle(graph), undefined);
  assert.deepEqual(
    findCycle(
      new Map([
        ['a', ['b']],
        ['b', ['a']],
      ]),
    ),
    ['a', 'b', 'a'],
  );
});

const DRIVERS = /^(?:hono|@hono\/|express|node:https?$|node:sqlite$|pg$|kysely$)/;
/** Files of core folders that are themselves the adapter to a driver. */
const ADAPTERS = [
  /^src\/store\//,
  /^src\/ledger\/lock\.ts$/,
  /^src\/events\/.*(?:store|index|worker).*\.ts$/,
  /^src\/upstream\//,
  /^src\/identity\/.*fetch.*\.ts$/,
];
test('core folders know no HTTP framework and no SQL driver outside their adapters', () => {
  const wrong = code
    .filter((file) => !OUTER.has(folderOf(file)) && !ADAPTERS.some((adapter) => adapter.test(file)))
    .filter((file) => importsOf(read(file)).some((specifier) => DRIVERS.test(specifier)));
  assert.deepEqual(wrong, []);
});

test('mcp, policy and masking read no clock, no randomness, no disk and no network', () => {
  const impure =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomBytes\(|\brandomUUID\(|from 'node:(?:fs|net|http|https|child_process|dns|worker_threads)/;
  const wrong = code
    .filter((file) => /^src\/(?:mcp|policy|masking)\//.test(file))
    .filter((file) => impure.test(read(file)));
  assert.deepEqual(wrong, []);
  assert.match('const at = Date.now();', impure);
});

const onlyTypesAndData = (text: string): boolean =>
  !/\bfunction\b|=>\s*[^;]*[({]|\bclass\b/.test(text.replaceAll(/^export type[\s\S]*?^\};?$/gm, ''));
/** Covered by tests that start the whole process instead. */
const TESTED_ELSEWHERE = [/^src\/bin\//, /\.worker\.ts$/];
test('every source file with behaviour has its test beside it', () => {
  const untested = code
    .filter((file) => !TESTED_ELSEWHERE.some((pattern) => pattern.test(file)))
    .filter((file) => !existsSync(join(root, file.replace(/\.ts$/, '.test.ts'))))
    .filter((file) => !onlyTypesAndData(read(file)));
  assert.deepEqual(untested, []);
  assert.equal(onlyTypesAndData('export function run(): void {}'), false);
});

test('nothing unfinished, loosened or hidden is checked in', () => {
  // In halves, so that this file does not find itself.
  const forbidden = [
    ['\\bTO', 'DO\\b'],
    ['\\bFIX', 'ME\\b'],
    ['\\bXX', 'X\\b'],
    ['@ts-', '(?:ignore|expect-error|nocheck)'],
    ['\\bas unk', 'nown as\\b'],
    ['\\bas a', 'ny\\b'],
    [': a', 'ny\\b'],
    ['\\.on', 'ly\\('],
    // Switched off only with the reason.
    ['oxlint-', 'disable(?!(?:-next-line)? [a-z/-]+ -- )'],
  ].map((halves) => new RegExp(halves.join('')));
  const everywhere = [...sources, ...globSync(['test/**/*.ts', 'demo/**/*.ts', 'tools/*'], { cwd: root })].filter(
    (file) => !file.includes('node_modules'),
  );
  const hits = everywhere.flatMap((file) =>
    forbidden.filter((pattern) => pattern.test(read(file))).map((pattern) => `${file}: ${pattern.source}`),
  );
  assert.deepEqual(hits, []);
});

test('every dependency is pinned exactly and explained in docs/DEPENDENCIES.md', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined>;
  const listed = read('docs/DEPENDENCIES.md');
  const all = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}),
  );
  assert.ok(all.length > 10);
  assert.deepEqual(
    all.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[a-z]+\.\d+)?$/.test(version)),
    [],
  );
  assert.deepEqual(
    all.map(([name]) => name).filter((name) => !listed.includes(`\`${name}\``)),
    [],
  );
});

test('the lockfile names no registry and declares no install script', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { resolved?: string; hasInstallScript?: boolean }>;
  };
  const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
  assert.ok(entries.length > 100);
  assert.deepEqual(
    entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path),
    [],
  );
  assert.deepEqual(
    entries.filter(([, entry]) => entry.hasInstallScript === true).map(([path]) => path),
    [],
  );
});

test('the checks above saw the whole house', () => {
  const folders = new Set(code.map(folderOf));
  for (const folder of [
    'bin',
    'gateway',
    'mcp',
    'identity',
    'policy',
    'masking',
    'ledger',
    'events',
    'upstream',
    'config',
    'cli',
    'api',
  ])
    assert.ok(folders.has(folder), folder);
  assert.ok(code.length >= 90, `only ${code.length} source files seen`);
  assert.ok([...graph.values()].flat().length >= 200, 'too few imports seen');
});
