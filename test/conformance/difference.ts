/** Two runs of the suite compared: which checks have another result on one side than on the other. */
export type Check = {
  readonly scenario: string;
  readonly check: string;
  readonly status: string;
  readonly message?: string | undefined;
};

export type Difference = {
  readonly scenario: string;
  readonly check: string;
  /** Its results in order, as one check may be made several times. */
  readonly direct: readonly string[];
  readonly through: readonly string[];
  /** What the suite says about it, where it says something. */
  readonly messages: readonly string[];
};

type Group = { readonly scenario: string; readonly check: string; readonly found: readonly Check[] };

function grouped(checks: readonly Check[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const check of checks) {
    const key = `${check.scenario}\n${check.check}`;
    groups.set(key, {
      scenario: check.scenario,
      check: check.check,
      found: [...(groups.get(key)?.found ?? []), check],
    });
  }
  return groups;
}

const statuses = (group: Group | undefined): readonly string[] =>
  (group?.found ?? []).map((check) => check.status).toSorted();

export function differenceOf(direct: readonly Check[], through: readonly Check[]): readonly Difference[] {
  const [before, after] = [grouped(direct), grouped(through)];
  return [...new Map([...before, ...after])].flatMap(([key, { scenario, check }]) => {
    const [was, is] = [before.get(key), after.get(key)];
    if (statuses(was).join() === statuses(is).join()) return [];
    const messages = (is?.found ?? []).flatMap(({ message }) => (message === undefined ? [] : [message]));
    return [{ scenario, check, direct: statuses(was), through: statuses(is), messages }];
  });
}
