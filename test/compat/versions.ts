/** Which version of each program the comparison runs: what the two package.json pin. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HERE, ROOT } from './programs.ts';

type Manifest = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};

const pinnedIn = (folder: string): Readonly<Record<string, string>> => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  return { ...manifest.dependencies, ...manifest.devDependencies };
};

export const compatPins = (): Readonly<Record<string, string>> => pinnedIn(HERE);
export const rootPins = (): Readonly<Record<string, string>> => pinnedIn(ROOT);

export function versionOf(name: string): string {
  const version = compatPins()[name] ?? rootPins()[name];
  if (version === undefined) throw new Error(`${name} is pinned nowhere`);
  return version;
}
