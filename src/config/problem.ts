/** One thing that is wrong with a configuration: where, what, and what to do about it. Never contains a secret. */

/** Steps into the file: keys and list positions. */
export type ConfigPath = readonly (string | number)[];

/** A problem as a check sees it, before it has a place in the file. */
export type Complaint = {
  readonly path: ConfigPath;
  /** Point at the key rather than at its value. */
  readonly atKey?: boolean;
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
};

export type ConfigProblem = {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** `connections.github.upstream.url`, `grants[0].level`; '' for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
};

export function pathText(path: ConfigPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** `gatebook.yaml:12:5: grants[0].level: there is no level "raed"; name one of: read, write`. */
export function problemText(problem: ConfigProblem): string {
  const where = problem.path === '' ? '' : `${problem.path}: `;
  return `${problem.file}:${problem.line}:${problem.column}: ${where}${problem.message}; ${problem.fix}`;
}
