/** From what is wrong with a YAML file to where: line and column for each complaint, in the order of the file. */
import { pathText } from '#config/problem.ts';
import type { Complaint, ConfigPath, ConfigProblem } from '#config/problem.ts';
import { isRawMap } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import type { YamlText } from '#config/yaml-text.ts';

export function placeComplaint(complaint: Complaint, file: string, yaml: YamlText): ConfigProblem {
  const { line, column } = yaml.place(complaint.path, complaint.atKey);
  return { file, line, column, path: pathText(complaint.path), message: complaint.message, fix: complaint.fix };
}

export function inFileOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const seen = new Set<string>();
  return problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .filter((problem) => {
      const key = `${problem.line}:${problem.column}:${problem.path}:${problem.message}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    });
}

/** Whether the file itself says something at a path. */
export function isWritten(raw: RawMap, path: ConfigPath): boolean {
  let at: unknown = raw;
  for (const step of path) {
    if (Array.isArray(at) && typeof step === 'number') at = at[step];
    else if (isRawMap(at) && Object.hasOwn(at, step)) at = at[step];
    else return false;
  }
  return at !== undefined;
}
