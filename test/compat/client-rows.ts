/** The table of clients: each does the same errand with the server itself and through Gatebook. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENTS, runErrand } from './clients.ts';
import type { ClientProgram } from './clients.ts';
import { FEATURES, TARGETS } from './feature.ts';
import type { Feature, Observed, TargetName } from './feature.ts';
import { startGatewayProcess } from './gateway-process.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { startHttpServer } from './http-servers.ts';
import type { HttpServerName } from './http-servers.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';

export type ClientRow = {
  readonly client: ClientProgram;
  readonly target: TargetName;
  /** What the server took the client for; undefined when it never got that far. */
  readonly era: string | undefined;
  readonly outcomes: Readonly<Record<Feature, Outcome>>;
};

type Pair = { readonly client: ClientProgram; readonly direct: Observed; readonly through: Observed };

const SERVER_OF = { legacy: 'everything', modern: 'both-eras', old: 'everything-sse' } as const satisfies Record<
  TargetName,
  HttpServerName
>;

const directDriver = ({ driver, directDriver: other }: ClientProgram): string => other ?? driver;

/** The server of both eras says in its answer which it was; server-everything knows only the legacy one. */
function eraOf(target: TargetName, { call }: Observed): string | undefined {
  if (call.state !== 'done') return undefined;
  if (target !== 'modern') return 'legacy';
  return /era\W+(modern|legacy)/.exec(JSON.stringify(call.value))?.[1];
}

/** It ought to fail, in the words in which it fails without Gatebook; then it is nobody's fault. */
function withoutCommonRevision(outcome: Outcome): Outcome {
  if (outcome.state === 'foreign')
    return {
      state: 'absent',
      why: `no revision in common, and the client says so as without Gatebook: ${outcome.fault}`,
    };
  return outcome.state === 'red' ? outcome : { state: 'red', fault: 'it was made to speak another revision' };
}

function rowsOf(target: TargetName, pairs: readonly Pair[]): readonly ClientRow[] {
  return pairs.map(({ client, direct, through }) => {
    const era = eraOf(target, direct);
    const othersCan = (feature: Feature): boolean =>
      pairs.some((other) => eraOf(target, other.direct) === era && other.direct[feature].state === 'done');
    const isApart = client.isPinned === true && target === 'legacy';
    const judge = (feature: Feature): Outcome => {
      const outcome = outcomeOf(direct[feature], through[feature], othersCan(feature));
      return isApart ? withoutCommonRevision(outcome) : outcome;
    };
    const outcomes = Object.fromEntries(FEATURES.map((feature) => [feature, judge(feature)])) as Record<
      Feature,
      Outcome
    >;
    return { client, target, era, outcomes };
  });
}

async function compareAt(
  target: TargetName,
  serverUrl: string,
  gateway: GatewayProcess,
  home: string,
  tell: (line: string) => void,
): Promise<readonly ClientRow[]> {
  const pairs: Pair[] = [];
  for (const client of CLIENTS.filter(({ targets }) => targets.includes(target))) {
    tell(`${client.title}, ${target} server`);
    const { token } = gateway;
    const [direct, through] = await Promise.all([
      runErrand(directDriver(client), { url: serverUrl, token, target }, home),
      runErrand(client.driver, { url: gateway.url(target), token, target }, home),
    ]);
    pairs.push({ client, direct, through });
  }
  return rowsOf(target, pairs);
}

export async function compareClients(tell: (line: string) => void): Promise<readonly ClientRow[]> {
  const home = mkdtempSync(join(tmpdir(), 'gatebook-compat-home-'));
  const ends: (() => Promise<void>)[] = [];
  try {
    const upstreams: Partial<Record<TargetName, { readonly type: 'http' | 'sse'; readonly url: string }>> = {};
    for (const target of TARGETS) {
      const { url, end } = await startHttpServer(SERVER_OF[target]);
      ends.push(end);
      upstreams[target] = { type: target === 'old' ? 'sse' : 'http', url };
    }
    const gateway = await startGatewayProcess(upstreams);
    ends.push(() => gateway.stop());
    const rows: ClientRow[] = [];
    for (const target of TARGETS)
      rows.push(...(await compareAt(target, upstreams[target]?.url ?? '', gateway, home, tell)));
    return rows;
  } finally {
    for (const end of ends.toReversed()) await end();
    rmSync(home, { recursive: true, force: true });
  }
}
