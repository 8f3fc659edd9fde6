/** The table of clients: each does the same errand with the server itself and through Gatebook. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENTS, runErrand } from './clients.ts';
import type { ClientProgram } from './clients.ts';
import { FEATURES } from './feature.ts';
import type { Errand, Feature, Observed, TargetName } from './feature.ts';
import { startGatewayProcess } from './gateway-process.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { startHttpServer } from './http-servers.ts';
import { outcomeOf, unsteadyOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';

export type ClientRow = {
  readonly client: ClientProgram;
  readonly target: TargetName;
  /** What the server took the client for; undefined when it never got that far. */
  readonly era: string | undefined;
  readonly outcomes: Readonly<Record<Feature, Outcome>>;
};

type Pair = {
  readonly client: ClientProgram;
  readonly direct: Observed;
  readonly through: Observed;
  /** Further runs without Gatebook, of what differed. */
  readonly again: readonly Observed[];
};

const REPEATS_MAX = 8;

const directDriver = ({ driver, directDriver: other }: ClientProgram): string => other ?? driver;

/** The server of both eras says in its answer which it was; server-everything knows the legacy one only. */
function eraOf(target: TargetName, { call }: Observed): string | undefined {
  if (call.state !== 'done') return undefined;
  if (target === 'legacy') return 'legacy';
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
  return pairs.map(({ client, direct, through, again }) => {
    const era = eraOf(target, direct);
    const othersCan = (feature: Feature): boolean =>
      pairs.some((other) => eraOf(target, other.direct) === era && other.direct[feature].state === 'done');
    const isApart = client.isPinned === true && target === 'legacy';
    const judge = (feature: Feature): Outcome => {
      const directs = [direct, ...again].map((observed) => observed[feature]);
      const outcome =
        (again.length > 0 ? unsteadyOutcome(directs, through[feature], othersCan(feature)) : undefined) ??
        outcomeOf(direct[feature], through[feature], othersCan(feature));
      return isApart ? withoutCommonRevision(outcome) : outcome;
    };
    const outcomes = Object.fromEntries(FEATURES.map((feature) => [feature, judge(feature)])) as Record<
      Feature,
      Outcome
    >;
    return { client, target, era, outcomes };
  });
}

/** Is a difference one that the program makes by itself? Repeated without Gatebook until it does what it did through it. */
async function repeat(
  client: ClientProgram,
  errand: Errand,
  home: string,
  { direct, through }: Pick<Pair, 'direct' | 'through'>,
): Promise<readonly Observed[]> {
  const isSeen = (observed: Observed, feature: Feature): boolean =>
    outcomeOf(observed[feature], through[feature], false).state === 'pass';
  const differs = (feature: Feature): boolean =>
    direct[feature].state === 'done' && through[feature].state === 'done' && !isSeen(direct, feature);
  const again: Observed[] = [];
  let features = FEATURES.filter(differs);
  for (let turn = 0; turn < REPEATS_MAX && features.length > 0; turn += 1) {
    const observed = await runErrand(directDriver(client), { ...errand, features }, home);
    again.push(observed);
    features = features.filter((feature) => !isSeen(observed, feature));
  }
  return again;
}

async function compareAt(
  target: TargetName,
  serverUrl: string,
  gateway: GatewayProcess,
  home: string,
  tell: (line: string) => void,
): Promise<readonly ClientRow[]> {
  const pairs: Pair[] = [];
  for (const client of CLIENTS) {
    tell(`${client.title}, ${target} server`);
    const { token } = gateway;
    const [direct, through] = await Promise.all([
      runErrand(directDriver(client), { url: serverUrl, token, target }, home),
      runErrand(client.driver, { url: gateway.url(target), token, target }, home),
    ]);
    const again = await repeat(client, { url: serverUrl, token, target }, home, { direct, through });
    pairs.push({ client, direct, through, again });
  }
  return rowsOf(target, pairs);
}

export async function compareClients(tell: (line: string) => void): Promise<readonly ClientRow[]> {
  const home = mkdtempSync(join(tmpdir(), 'gatebook-compat-home-'));
  const ends: (() => Promise<void>)[] = [];
  try {
    const legacy = await startHttpServer('everything');
    ends.push(legacy.end);
    const modern = await startHttpServer('both-eras');
    ends.push(modern.end);
    const gateway = await startGatewayProcess({
      legacy: { type: 'http', url: legacy.url },
      modern: { type: 'http', url: modern.url },
    });
    ends.push(() => gateway.stop());
    return [
      ...(await compareAt('legacy', legacy.url, gateway, home, tell)),
      ...(await compareAt('modern', modern.url, gateway, home, tell)),
    ];
  } finally {
    for (const end of ends.toReversed()) await end();
    rmSync(home, { recursive: true, force: true });
  }
}
