/**
 * Names in gatebook.yaml that must name something else in it: levels, connections, the issuers that namespace groups,
 * clients, subjects and scopes. An unknown name would silently grant or deny nothing, so it is an error.
 */
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { GATEBOOK_NAMESPACE } from '#identity/caller.ts';
import { rawEntries, rawItems, rawList, rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';

const HOLD_KEYS = [
  'approvers',
  'needed',
  'scopes',
  'waitMinutes',
  'validMinutes',
  'asks',
  'breakGlass',
  'notify',
  'lift',
] as const;
const WHO = ['groups', 'clients', 'subjects', 'scopes'] as const;

export function checkReferences(raw: RawMap): Complaint[] {
  const known = {
    levels: Object.keys(rawMap(raw['levels'])),
    connections: Object.keys(rawMap(raw['connections'])),
    issuers: Object.keys(rawMap(raw['issuers'])),
    accounts: Object.keys(rawMap(raw['serviceAccounts'])),
    notifiers: Object.keys(rawMap(rawMap(raw['approvals'])['notify'])),
  };
  return [
    ...checkLevels(raw, known.levels),
    ...checkGrants(raw, known),
    ...checkRoles(raw, known.issuers),
    ...checkRules(raw, known),
    ...rawList(rawMap(raw['approvals'])['samePeople']).flatMap((people, index) =>
      unknownNamespaces(people, known.issuers, ['approvals', 'samePeople', index]),
    ),
    ...unknownNamespaces(rawMap(raw['approvals'])['show'], known.issuers, ['approvals', 'show']),
    ...rawEntries(rawMap(raw['approvals'])['notify']).flatMap(([name, { people }]) =>
      Object.entries(rawMap(people)).flatMap(([member, person]) =>
        unknownNamespaces([person], known.issuers, ['approvals', 'notify', name, 'people', member], true),
      ),
    ),
    ...unknownNames('connection', rawMap(rawMap(raw['masking'])['inline'])['connections'], known.connections, [
      'masking',
      'inline',
      'connections',
    ]),
    ...rawItems(rawMap(raw['masking'])['rules']).flatMap(([index, rule]) => {
      const path = ['masking', 'rules', index];
      return [
        ...unknownNames('connection', rule['connections'], known.connections, [...path, 'connections']),
        ...unknownNamespaces(rawMap(rule['audience'])['groups'], known.issuers, [...path, 'audience', 'groups']),
      ];
    }),
  ];
}

type Known = Readonly<Record<'levels' | 'connections' | 'issuers' | 'accounts' | 'notifiers', readonly string[]>>;

function checkLevels(raw: RawMap, levels: readonly string[]): Complaint[] {
  const parents = new Map(rawEntries(raw['levels']).map(([name, level]) => [name, rawText(level['extends'])]));
  const complaints: Complaint[] = [];
  for (const [name, parent] of parents) {
    const path = ['levels', name, 'extends'];
    if (parent === undefined) continue;
    if (!levels.includes(parent)) complaints.push(unknown('level', parent, levels, path));
    else if (isInCycle(name, parents)) {
      complaints.push({ path, message: `level "${name}" extends itself`, fix: 'break the circle of `extends`' });
    }
  }
  return complaints;
}

function isInCycle(start: string, parents: ReadonlyMap<string, string | undefined>): boolean {
  let at = parents.get(start);
  for (let steps = 0; at !== undefined && steps <= parents.size; steps += 1) {
    if (at === start) return true;
    at = parents.get(at);
  }
  return false;
}

function checkGrants(raw: RawMap, known: Known): Complaint[] {
  return rawItems(raw['grants']).flatMap(([index, grant]) => {
    const path = ['grants', index];
    const complaints = WHO.flatMap((who) => {
      // Only machines are of Gatebook's own namespace, and only `clients` are machines.
      const issuers = who === 'clients' ? [...known.issuers, GATEBOOK_NAMESPACE] : known.issuers;
      return unknownNamespaces(grant[who], issuers, [...path, who]);
    });
    complaints.push(...unknownAccounts(grant['clients'], known.accounts, [...path, 'clients']));
    complaints.push(...unknownNames('connection', grant['connections'], known.connections, [...path, 'connections']));
    const level = rawText(grant['level']);
    if (level !== undefined && !known.levels.includes(level)) {
      complaints.push(unknown('level', level, known.levels, [...path, 'level']));
    }
    if (WHO.every((who) => grant[who] === undefined)) {
      complaints.push({ path, message: 'the grant says not to whom', fix: 'add groups, clients, subjects or scopes' });
    }
    if (grant['clients'] !== undefined && grant['subjects'] !== undefined) {
      complaints.push({
        path,
        message: 'nobody is matched by both `clients` (only service accounts) and `subjects` (only persons)',
        fix: 'make two grants of it: what is listed in one grant must all match',
      });
    }
    return complaints;
  });
}

function checkRoles(raw: RawMap, issuers: readonly string[]): Complaint[] {
  const roles = rawMap(raw['roles']);
  const auditors = new Set(rawTexts(roles['auditor']).map(([, group]) => group));
  return Object.entries(roles).flatMap(([role, groups]) => {
    const path = ['roles', role];
    const idle = rawTexts(groups).filter(([, group]) => role !== 'auditor' && auditors.has(group));
    return [
      ...unknownNamespaces(groups, issuers, path),
      ...idle.map(([index]) => ({
        path: [...path, index],
        message: 'this group is also an auditor, and an auditor changes nothing',
        fix: 'remove it here or from `auditor`: an admin sees what an auditor sees',
      })),
    ];
  });
}

function checkRules(raw: RawMap, known: Known): Complaint[] {
  const complaints: Complaint[] = [];
  const seen = new Set<string>();
  for (const [index, rule] of rawItems(raw['rules'])) {
    const path = ['rules', index];
    const name = rawText(rule['name']);
    if (name !== undefined && seen.has(name)) {
      complaints.push({ path: [...path, 'name'], message: `two rules are named "${name}"`, fix: 'rename one of them' });
    }
    if (name !== undefined) seen.add(name);
    complaints.push(...unknownNamespaces(rule['approvers'], known.issuers, [...path, 'approvers']));
    complaints.push(...unknownNotifiers(rule['notify'], known.notifiers, [...path, 'notify']));
    for (const key of HOLD_KEYS) {
      if (rule[key] !== undefined && rule['then'] !== 'hold') {
        complaints.push({
          path: [...path, key],
          atKey: true,
          message: `\`${key}\` belongs to a hold`,
          fix: 'remove it, or use `then: hold`',
        });
      }
    }
    const lift = rawText(rule['lift']);
    if (lift !== undefined && !known.levels.includes(lift))
      complaints.push(unknown('level', lift, known.levels, [...path, 'lift']));
  }
  return complaints;
}

function unknownNames(what: string, value: unknown, known: readonly string[], path: ConfigPath): Complaint[] {
  return rawTexts(value)
    .filter(([, name]) => name !== '*' && !known.includes(name))
    .map(([index, name]) => unknown(what, name, known, [...path, index]));
}

/** `isOne`: the path is the name's own. */
const unknownNotifiers = (value: unknown, notifiers: readonly string[], path: ConfigPath): Complaint[] =>
  unknownNames('notifier', value, notifiers, path).map((complaint) =>
    notifiers.length > 0 ? complaint : { ...complaint, fix: 'define it under `approvals.notify`' },
  );

function unknownNamespaces(value: unknown, issuers: readonly string[], path: ConfigPath, isOne = false): Complaint[] {
  return rawTexts(value).flatMap(([index, name]) => {
    const colon = name.indexOf(':');
    // Without a colon the schema complains.
    if (colon < 1 || issuers.includes(name.slice(0, colon))) return [];
    return [unknown('issuer', name.slice(0, colon), issuers, isOne ? path : [...path, index])];
  });
}

function unknownAccounts(value: unknown, accounts: readonly string[], path: ConfigPath): Complaint[] {
  const prefix = `${GATEBOOK_NAMESPACE}:`;
  return rawTexts(value)
    .filter(([, client]) => client.startsWith(prefix) && !accounts.includes(client.slice(prefix.length)))
    .map(([index, client]) => ({
      ...unknown('service account', client.slice(prefix.length), accounts, [...path, index]),
      ...(accounts.length === 0 ? { fix: 'declare it under `serviceAccounts`' } : {}),
    }));
}

function unknown(what: string, name: string, known: readonly string[], path: ConfigPath): Complaint {
  const some = known.slice(0, 10).join(', ');
  return {
    path,
    message: `there is no ${what} "${name}"`,
    fix: known.length === 0 ? `define it under \`${what}s\`` : `name one of: ${some}${known.length > 10 ? ', …' : ''}`,
  };
}
