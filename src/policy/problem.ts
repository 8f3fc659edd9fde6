/** Something in levels, grants or rules that cannot work; a configuration that has one is refused. */
export type PolicyProblem = {
  /** Steps into the settings: `['rules', 0, 'when']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly fix: string;
};
