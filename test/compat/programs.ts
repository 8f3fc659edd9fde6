/** Where the programs of others are: those only this comparison needs, and those of the whole checkout. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = dirname(dirname(HERE));

/** A file of a package of test/compat/package.json. */
export const programPath = (name: string, file: string): string => join(HERE, 'node_modules', name, file);
/** A file of a package of the root's package.json. */
export const rootProgramPath = (name: string, file: string): string => join(ROOT, 'node_modules', name, file);

/**
 * A package that is installed only for this comparison, so that the type checker cannot know it: whoever imports it names
 * the little of it that is used.
 */
export const importProgram = async (name: string, file: string): Promise<unknown> =>
  import(pathToFileURL(programPath(name, file)).href);
