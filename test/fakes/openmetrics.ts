/** Reads OpenMetrics text strictly enough to notice what a scraper would refuse. */
export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+|[+-]Inf|[Nn]a[Nn])$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/g;

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let read = 0;
  for (const match of text.matchAll(LABEL)) {
    if (match.index !== read) break;
    read += match[0].length;
    const name = match[1] ?? '';
    if (Object.hasOwn(labels, name)) throw new Error(`label ${name} twice: ${text}`);
    labels[name] = (match[2] ?? '').replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
  }
  if (read !== text.length) throw new Error(`labels: ${text}`);
  return labels;
}

/** Throws unless every line is one of OpenMetrics 1.0, each family described once and before its samples, none twice. */
export function readOpenMetrics(text: string): readonly Sample[] {
  if (!text.endsWith('# EOF\n')) throw new Error('no # EOF at the end');
  const families = new Map<string, string>();
  const seen = new Set<string>();
  const samples: Sample[] = [];
  for (const line of text.slice(0, -'# EOF\n'.length).trimEnd().split('\n')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type !== null) {
      if (families.has(type[1] ?? '')) throw new Error(`${type[1]} twice`);
      families.set(type[1] ?? '', type[2] ?? '');
      continue;
    }
    if (/^# HELP \S+ .+$/.test(line)) continue;
    const match = SAMPLE.exec(line);
    if (match === null) throw new Error(`no sample: ${line}`);
    const [, name = '', labelText = '', value = ''] = match;
    const family = [...families].find(([known, kind]) =>
      kind === 'counter' ? name === `${known}_total` : name === known || (kind === 'histogram' && isPart(name, known)),
    );
    if (family === undefined) throw new Error(`no family of ${name}`);
    const key = `${name}{${labelText}}`;
    if (seen.has(key)) throw new Error(`${key} twice`);
    seen.add(key);
    samples.push({ name, labels: labelsOf(labelText), value: Number(value.replace('Inf', 'Infinity')) });
  }
  return samples;
}

const isPart = (name: string, family: string): boolean =>
  ['_bucket', '_sum', '_count'].some((part) => name === `${family}${part}`);

/** Sum of the samples of that name with these labels. */
export const total = (
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => (sample.labels[label] ?? '') === value))
    .reduce((sum, { value }) => sum + value, 0);
