/**
 * What `npm pack` publishes: src without its types in dist/, since Node strips no types under node_modules. Each file keeps
 * its lines and columns (types become spaces), so that a stack trace points into the source; `#folder/file.ts` becomes a
 * relative path. Argument: another target folder.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = resolve(process.argv[2] ?? join(root, 'dist'));

/** `'#ledger/leaf.ts'` seen from `events/tail.ts` is `'../ledger/leaf.js'`. */
function withRelativeImports(code: string, file: string): string {
  return code
    .replaceAll(/'#([\w./-]+)\.ts'/g, (_whole, path: string) => {
      const relative = posix.relative(posix.dirname(file), `${path}.js`);
      return `'${relative.startsWith('.') ? relative : `./${relative}`}'`;
    })
    .replaceAll(/new URL\('(\.[\w./-]+)\.ts', import\.meta\.url\)/g, "new URL('$1.js', import.meta.url)");
}

rmSync(target, { recursive: true, force: true });
const files = globSync('**/*.ts', { cwd: join(root, 'src') })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !file.endsWith('.test.ts'));
for (const file of files) {
  const code = stripTypeScriptTypes(readFileSync(join(root, 'src', file), 'utf8'));
  const out = join(target, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, withRelativeImports(code, file));
}
process.stdout.write(`${files.length} files in ${target}\n`);
