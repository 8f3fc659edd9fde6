/** The children of one metric, made once for each combination of labels and bounded in number. */
import { OTHER } from '#metrics/bounded-names.ts';

export type Series<Child> = {
  /** `values` in the order of the metric's label names; the first is kept when there is no room for a new combination. */
  child(...values: readonly string[]): Child;
  readonly size: number;
};

/** Beyond `max` combinations all values but the first become `_OTHER`; the first must be bounded by itself. */
export function createSeries<Child>(make: (values: string[]) => Child, max: number): Series<Child> {
  const children = new Map<string, Child>();
  const find = (values: readonly string[], isLast: boolean): Child => {
    const key = values.join('\n');
    const known = children.get(key);
    if (known !== undefined) return known;
    if (!isLast && children.size >= max) return find([values[0] ?? '', ...values.slice(1).map(() => OTHER)], true);
    const child = make([...values]);
    children.set(key, child);
    return child;
  };
  return {
    child: (...values) => find(values, false),
    get size() {
      return children.size;
    },
  };
}
