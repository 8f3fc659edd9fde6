/** What two texts differ in, line by line: the longest run of lines both have in the same order stays, the rest goes or comes. */
export type DiffLine = { readonly sign: ' ' | '-' | '+'; readonly line: string };

/** Time is quadratic in the lines that differ; above `linesMax` all of one goes and all of the other comes. */
export function diffLines(before: readonly string[], after: readonly string[], linesMax: number): readonly DiffLine[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail += 1;
  const [gone, come] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const signed = (sign: DiffLine['sign'], lines: readonly string[]): DiffLine[] =>
    lines.map((line) => ({ sign, line }));
  const middle =
    gone.length > linesMax || come.length > linesMax
      ? [...signed('-', gone), ...signed('+', come)]
      : aligned(gone, come);
  return [...signed(' ', before.slice(0, head)), ...middle, ...signed(' ', before.slice(before.length - tail))];
}

function aligned(gone: readonly string[], come: readonly string[]): readonly DiffLine[] {
  // lengths[i][j]: of the longest common run of gone from i on and come from j on.
  const width = come.length + 1;
  const lengths = new Uint32Array((gone.length + 1) * width);
  const lengthAt = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = gone.length - 1; i >= 0; i -= 1)
    for (let j = come.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        gone[i] === come[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1));
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < gone.length || j < come.length) {
    const [a, b] = [gone[i], come[j]];
    if (a !== undefined && a === b) {
      lines.push({ sign: ' ', line: a });
      [i, j] = [i + 1, j + 1];
    } else if (a !== undefined && (b === undefined || lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      lines.push({ sign: '-', line: a });
      i += 1;
    } else {
      lines.push({ sign: '+', line: b ?? '' });
      j += 1;
    }
  }
  return lines;
}
