/**
 * Options that gatebook.yaml documents and this version does not do yet. To accept one and do nothing would be the worst
 * answer, so each is a problem, or, where nothing becomes looser by it, a warning. An issue that lands removes its line.
 */
import type { Complaint } from '#config/problem.ts';
import { isLoopbackHost, parseListen } from '#config/network-rules.ts';
import { rawEntries, rawItems, rawList, rawMap, rawText } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';

export function checkUnavailable(raw: RawMap): Complaint[] {
  const complaints: Complaint[] = [];
  for (const [name, connection] of rawEntries(raw['connections'])) {
    const path = ['connections', name];
    const type = rawMap(connection['upstream'])['type'];
    if (type === 'agent') {
      complaints.push({
        ...unavailable([...path, 'upstream', 'type'], `upstream type ${type}`),
        fix: 'use http, sse or stdio',
      });
    }
  }
  return complaints;
}

export function checkWarnings(raw: RawMap): Complaint[] {
  return [...nobodyToAsk(raw), ...openMetrics(raw), ...keyBesideData(raw)];
}

/** What is held there is refused: nothing becomes looser by it. */
function nobodyToAsk(raw: RawMap): Complaint[] {
  if (rawList(rawMap(raw['roles'])['approver']).length > 0) return [];
  return rawItems(raw['rules']).flatMap(([index, rule]): Complaint[] =>
    rule['then'] === 'hold' && rule['approvers'] === undefined
      ? [
          {
            path: ['rules', index, 'then'],
            message: 'nobody could approve what this rule holds, so it is refused',
            fix: 'name groups under `approvers`, or under `roles: { approver: […] }`',
          },
        ]
      : [],
  );
}

/** Nothing becomes looser by it, but a copy of the data directory then opens itself. */
function keyBesideData(raw: RawMap): Complaint[] {
  if (rawMap(raw['keys'])['master'] !== undefined) return [];
  return [
    {
      path: [],
      message:
        'no `keys.master`: the master key is kept beside the data it opens, so whoever copies both can read the book',
      fix: 'name a key kept elsewhere, such as `keys: { master: file:/etc/gatebook/master.key }`',
    },
  ];
}

/** Needed where a scraper is on another machine; whoever decides that should know who else can read it. */
function openMetrics(raw: RawMap): Complaint[] {
  const listen = rawText(rawMap(rawMap(raw['server'])['metrics'])['listen']);
  const address = listen === undefined ? undefined : parseListen(listen);
  if (address === undefined || isLoopbackHost(address.host)) return [];
  return [
    {
      path: ['server', 'metrics', 'listen'],
      message: 'whoever reaches this address reads the names of connections and tools, and how much they are used',
      fix: 'let only the scraper reach it, or listen on loopback',
    },
  ];
}

const unavailable = (path: Complaint['path'], what: string) => ({
  path,
  message: `${what} is not available in this version`,
});
