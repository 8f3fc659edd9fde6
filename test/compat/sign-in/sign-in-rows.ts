/**
 * The table of sign-ins: each program is told the address of a connection and nothing else; a person signs in, the token's ten
 * minutes pass, Gatebook is stopped and started, and an admin takes everything away in the middle of a call.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TestRecord } from '../../e2e/harness.ts';
import type { Observation } from '../feature.ts';
import type { Outcome } from '../outcome.ts';
import { createPerson } from './person.ts';
import type { Person } from './person.ts';
import { SIGNING_CLIENTS } from './sign-in-clients.ts';
import type { SigningClient } from './sign-in-clients.ts';
import { startSigningProgram } from './signing-program.ts';
import type { SigningProgram } from './signing-program.ts';
import { KNOWN_ID, startSignInSite } from './site.ts';
import type { SignInSite } from './site.ts';
import type { SignInCheck, Way } from './step.ts';
import { FORECAST, WATCH } from './step.ts';
import { cameAs, holds, isForecast, ofSteps, OUT_MS_MAX } from './verdict.ts';

export type SignInRow = {
  readonly client: SigningClient;
  readonly outcomes: Readonly<Record<SignInCheck, Outcome>>;
};

const TOKEN_MS = 10 * 60_000;
const SIGN_IN_MS_MAX = 40_000;
const NOTICE_MS_MAX = 15_000;
const POLL_MS = 10;

type Scene = { readonly site: SignInSite; readonly person: Person; readonly program: SigningProgram };

const intents = (records: readonly TestRecord[], tool: string): readonly TestRecord[] =>
  records.filter(({ leaf, header }) => leaf.kind === 'intent' && header?.name === tool);
const acts = (records: readonly TestRecord[], act: string): readonly TestRecord[] =>
  records.filter(({ leaf }) => leaf.kind === 'control' && leaf.st === act);

async function until(isSo: () => boolean, msMax: number): Promise<boolean> {
  const end = performance.now() + msMax;
  while (!isSo() && performance.now() < end) await delay(POLL_MS);
  return isSo();
}

function open(site: SignInSite, { driver }: SigningClient, way: Way): Scene {
  const person = createPerson(site.newFolder(`person-${way}`));
  const { url, documentUrl } = site;
  const errand = { url, way, documentUrl, knownId: KNOWN_ID, browser: person.browser };
  return {
    site,
    person,
    program: startSigningProgram(driver, errand, { person, home: site.newFolder(`home-${way}`) }),
  };
}

/** Asked once and never again: what a person would notice. */
const askedOnce = (person: Person): readonly [boolean, string] => {
  const { times, faults } = person.asked();
  return [times === 1 && faults.length === 0, `the browser was asked ${times} times: ${faults.join('; ')}`];
};

/** What a person reads where a sign-in goes wrong, the program may wait for without end. */
async function signIn({ person, program }: Scene): Promise<Observation> {
  let seen: Observation | undefined;
  void program.step('signIn').then((observed) => (seen = observed));
  const faults = (): readonly string[] => person.asked().faults;
  await until(() => seen !== undefined || faults().length > 0, SIGN_IN_MS_MAX);
  return seen ?? { state: 'fault', fault: faults().join('; ') || 'nothing came of it in time' };
}

async function signedIn(scene: Scene, way: Way) {
  const { site, person, program } = scene;
  const signed = await signIn(scene);
  const call: Observation = signed.state === 'done' ? await program.step('call') : signed;
  const record = intents(await site.records(), FORECAST.name).at(-1);
  const { caller, client } = record?.header ?? {};
  const ids = { document: site.documentUrl, known: KNOWN_ID };
  const wayOutcome = ofSteps([signed], () =>
    holds(askedOnce(person), [cameAs(client?.id, way, ids), `it came as ${client?.id ?? 'nobody'}`]),
  );
  const callOutcome = ofSteps([signed, call], () =>
    holds([isForecast(call), 'another answer came'], [caller?.subject === '00u1ada', 'the book has another caller']),
  );
  return { way: wayOutcome, call: callOutcome };
}

async function overExpiry({ site, person, program }: Scene): Promise<Outcome> {
  const before = acts(await site.records(), 'token_refreshed').length;
  await site.putClockOn(TOKEN_MS + 60_000);
  const call = await program.step('call');
  const refreshed = acts(await site.records(), 'token_refreshed').length - before;
  return ofSteps([call], () =>
    holds(askedOnce(person), [isForecast(call), 'another answer came'], [refreshed > 0, 'it refreshed nothing']),
  );
}

async function overRestart({ site, person, program }: Scene): Promise<Outcome> {
  await site.restart();
  const call = await program.step('again');
  return ofSteps([call], () => holds(askedOnce(person), [isForecast(call), 'another answer came']));
}

/** Some programs ask the person again and wait; that is as good as a fault, since they got nothing. */
async function triedInVain({ person }: Scene, step: Promise<Observation>): Promise<readonly [boolean, string]> {
  const before = person.asked().times;
  let seen: Observation | undefined;
  void step.then((observed) => (seen = observed));
  await until(() => seen !== undefined || person.asked().times > before, NOTICE_MS_MAX);
  return [seen?.state !== 'done' && (seen !== undefined || person.asked().times > before), 'it went on'];
}

async function outAfterKill(scene: Scene): Promise<Outcome> {
  const { site, person, program } = scene;
  const watched = program.step('watch');
  const began = await until(() => site.serverSaid().includes('somebody watches'), NOTICE_MS_MAX);
  if (!began) return ofSteps([await watched], () => holds([false, 'the call was over before the kill']));
  person.leave();
  const killedAtMs = performance.now();
  await site.kill();
  await until(() => site.serverSaid().includes('nobody watches'), NOTICE_MS_MAX);
  const tookMs = performance.now() - killedAtMs;
  const cut = await triedInVain(scene, watched);
  const calls = intents(await site.records(), FORECAST.name).length;
  const refused = await triedInVain(scene, program.step('call'));
  const records = await site.records();
  return holds(
    [tookMs <= OUT_MS_MAX, `the call went on for ${Math.round(tookMs)} ms`],
    cut,
    refused,
    [intents(records, FORECAST.name).length === calls, 'a call came through after the kill'],
    [intents(records, WATCH.name).length === 1, 'the call that was cut was made again'],
    [acts(records, 'revocation').length === 1, 'the book has no revocation'],
  );
}

async function wayOnly(site: SignInSite, client: SigningClient, way: Way): Promise<Outcome> {
  const scene = open(site, client, way);
  try {
    const outcomes = await signedIn(scene, way);
    return outcomes.way.state === 'pass' ? outcomes.call : outcomes.way;
  } finally {
    await scene.program.end();
  }
}

async function rowOf(client: SigningClient): Promise<SignInRow> {
  const site = await startSignInSite();
  try {
    const document = await wayOnly(site, client, 'document');
    const known = await wayOnly(site, client, 'known');
    const scene = open(site, client, 'registered');
    try {
      const { way: registered, call } = await signedIn(scene, 'registered');
      const expiry = await overExpiry(scene);
      const restart = await overRestart(scene);
      const out = await outAfterKill(scene);
      return { client, outcomes: { document, registered, known, call, expiry, restart, out } };
    } finally {
      await scene.program.end();
    }
  } finally {
    await site.stop();
  }
}

/** Each has everything for itself, so two go side by side. */
const LANES = 2;

export async function compareSignIns(tell: (line: string) => void): Promise<readonly SignInRow[]> {
  const waiting = [...SIGNING_CLIENTS.entries()];
  const rows = new Map<number, SignInRow>();
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, client] = next;
      tell(`${client.title}, signing in`);
      rows.set(at, await rowOf(client));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return [...rows].toSorted(([left], [right]) => left - right).map(([, row]) => row);
}
