/**
 * Detectors of one country or language, by BCP 47 tag. A pack is a folder here with a list of detectors, added to this table; what
 * it finds has a Presidio entity name of its own (`UK_NHS`, `ES_NIF`).
 */
import type { Detector } from '#masking/engine/detector.ts';

export type LocalePack = { readonly locale: string; readonly detectors: () => readonly Detector[] };

const PACKS: readonly LocalePack[] = [];

export const LOCALES: readonly string[] = PACKS.map(({ locale }) => locale);

export const localeDetectors = (locales: readonly string[]): readonly Detector[] =>
  PACKS.filter(({ locale }) => locales.includes(locale)).flatMap(({ detectors }) => detectors());
