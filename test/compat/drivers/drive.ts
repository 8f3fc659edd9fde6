/**
 * The frame of a driver: a script that makes one program of others do the errand it is given as its only argument, and
 * sends what it observed to the process that started it. A driver decides nothing about right or wrong.
 */
import { FEATURES } from '../feature.ts';
import type { Errand, Feature, Observation, Observed } from '../feature.ts';

/** A text instead of a deed says why the program has none. */
export type Deeds = Readonly<Record<Feature, (() => Promise<unknown>) | string>>;
export type Driven = { readonly deeds: Deeds; close(): Promise<void> };

const DEED_MS_MAX = 15_000;

export const faultText = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
};

async function within<T>(ms: number, done: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function observe(deed: (() => Promise<unknown>) | string): Promise<Observation> {
  if (typeof deed === 'string') return { state: 'absent', why: deed };
  try {
    return { state: 'done', value: await within(DEED_MS_MAX, deed()) };
  } catch (error) {
    return { state: 'fault', fault: faultText(error) };
  }
}

const everyFeature = async (look: (feature: Feature) => Promise<Observation>): Promise<Observed> => {
  const seen: [Feature, Observation][] = [];
  for (const feature of FEATURES) seen.push([feature, await look(feature)]);
  return Object.fromEntries(seen) as Observed;
};

async function perform(errand: Errand, open: (errand: Errand) => Promise<Driven>): Promise<Observed> {
  let driven: Driven;
  try {
    driven = await within(DEED_MS_MAX, open(errand));
  } catch (error) {
    const fault = `cannot connect: ${faultText(error)}`;
    return everyFeature(async () => ({ state: 'fault', fault }));
  }
  const seen = await everyFeature((feature) => observe(driven.deeds[feature]));
  await within(DEED_MS_MAX, driven.close()).catch(() => undefined);
  return seen;
}

export async function drive(open: (errand: Errand) => Promise<Driven>): Promise<void> {
  const errand = JSON.parse(process.argv[2] ?? '') as Errand;
  const observed = await perform(errand, open);
  // Programs that keep something open would keep this process; what was asked of it is done.
  process.send?.(observed, () => process.exit(0));
}
