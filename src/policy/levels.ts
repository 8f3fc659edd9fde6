/** Levels with what they inherit: `extends` brings the parent's `allow` and its `deny` (DESIGN section 6). */
import { looseEncoding } from '#policy/loose-uri.ts';
import type { Pattern } from '#policy/patterns.ts';
import { globCanMatchPrefix, parsePattern } from '#policy/patterns.ts';
import { normaliseBeginning } from '#policy/resource-uri.ts';
import type { PolicyProblem } from '#policy/problem.ts';

export type LevelSettings = {
  readonly extends?: string | undefined;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
};

/** A pattern and the level that wrote it, which may be an ancestor. */
export type LevelPattern = { readonly level: string; readonly pattern: Pattern };

export type Level = {
  readonly name: string;
  readonly allow: readonly LevelPattern[];
  readonly deny: readonly LevelPattern[];
};

export type CompiledLevels = {
  readonly levels: ReadonlyMap<string, Level>;
  readonly problems: readonly PolicyProblem[];
};

export function compileLevels(settings: Readonly<Record<string, LevelSettings>>): CompiledLevels {
  const problems: PolicyProblem[] = [];
  const own = new Map<string, Level>();
  for (const [name, level] of Object.entries(settings)) {
    const compile = (key: 'allow' | 'deny'): LevelPattern[] =>
      level[key].flatMap((text, index) => {
        const fault = patternFault(text);
        const pattern = parsePattern(text);
        if (pattern.ok && fault === undefined) {
          const spellings = key === 'deny' ? [pattern.value, ...looserSpelling(pattern.value)] : [pattern.value];
          return spellings.map((spelling) => ({ level: name, pattern: spelling }));
        }
        problems.push({
          path: ['levels', name, key, index],
          message: `this pattern ${pattern.ok ? (fault ?? '') : pattern.error}`,
          fix: 'write `method` or `method:name`, for instance tools/call:get_*',
        });
        return [];
      });
    own.set(name, { name, allow: compile('allow'), deny: compile('deny') });
  }
  const levels = new Map<string, Level>();
  for (const name of own.keys()) {
    const chain = ancestry(name, settings, problems);
    levels.set(name, {
      name,
      allow: chain.flatMap((ancestor) => own.get(ancestor)?.allow ?? []),
      deny: chain.flatMap((ancestor) => own.get(ancestor)?.deny ?? []),
    });
  }
  return { levels, problems };
}

/** The level and what it extends, nearest first. */
function ancestry(
  name: string,
  settings: Readonly<Record<string, LevelSettings>>,
  problems: PolicyProblem[],
): string[] {
  const chain: string[] = [];
  for (let at: string | undefined = name; at !== undefined; at = settings[at]?.extends) {
    const circular = chain.includes(at);
    if (circular || !Object.hasOwn(settings, at)) {
      const message = circular ? `level "${name}" extends itself` : `there is no level "${at}"`;
      problems.push({
        path: ['levels', chain.at(-1) ?? name, 'extends'],
        message,
        fix: 'name an existing level, without a circle',
      });
      return chain;
    }
    chain.push(at);
  }
  return chain;
}

/** A deny of a resource counts for what a server takes for it, and so does its own spelling (loose-uri.ts). */
function looserSpelling(pattern: Pattern): readonly Pattern[] {
  if (pattern.name === undefined || !globCanMatchPrefix(pattern.method, 'resources/')) return [];
  const name = pattern.name.map(looseEncoding);
  return name.join('*') === pattern.name.join('*') ? [] : [{ ...pattern, name }];
}

/** A resource pattern that is not in normal form would never match, and a deny among them would never deny. */
function patternFault(text: string): string | undefined {
  const colon = text.indexOf(':');
  const name = text.slice(colon + 1);
  if (colon === -1 || !text.startsWith('resources/') || name.startsWith('*')) return undefined;
  // A star stands for characters a URI may have; letters stand in for it.
  const literal = name.split('*', 1)[0] ?? '';
  if (!literal.includes(':')) return undefined;
  const normal = normaliseBeginning(literal);
  if (!normal.ok) return `can never match: its URI is refused (${normal.error})`;
  const same = normal.value === literal || normal.value === `${literal}/`;
  return same || literal.endsWith(':') || literal.endsWith(':/')
    ? undefined
    : `can never match: write its URI as ${normal.value}…`;
}
