/** `npm run masking:accuracy`: what the detectors find of labelled texts and documents, and in what nothing should be found. `--show` prints every difference but those of the held-out sets; `--write` puts the tables into docs/MASKING.md. */
import { pathToFileURL } from 'node:url';
import { labelledDoc, labelledText } from './labelled.ts';
import { decoys } from './decoys.ts';
import { CLEAN_PROSE, PROSE } from './prose-cases.ts';
import { JSON_CASES } from './json-cases.ts';
import { HELD_OUT_JSON, HELD_OUT_PROSE } from './held-out.ts';
import { madeDocs, madeTexts } from './made-cases.ts';
import { tableNote, writeTable } from '../bench/write-table.ts';
import { STRANGER_CALLS } from './stranger-calls.ts';
import { STRANGER_RECORDS } from './stranger-records.ts';
import { strangerHarmless, strangerSecrets } from './stranger-secrets.ts';
import { STRANGER_TEXTS } from './stranger-texts.ts';
import { f1Of, findIn, precisionOf, recallOf, score, type Score } from './score.ts';

/** URLs stand in many texts as what they are; nobody labelled them all. */
const IGNORED = ['URL'];
const SEED = 20_240_501;

export function accuracy(madeCount: number, decoyCount: number) {
  const sets = {
    'prose, by hand': score(PROSE.map(labelledText), IGNORED),
    'prose, held out': score(HELD_OUT_PROSE.map(labelledText), IGNORED),
    'prose, made': score(madeTexts(madeCount, SEED).map(labelledText), IGNORED),
    'prose, as strangers write': score(STRANGER_TEXTS.map(labelledText), IGNORED),
    'json, by hand': score(JSON_CASES.map(labelledDoc), IGNORED),
    'json, held out': score(HELD_OUT_JSON.map(labelledDoc), IGNORED),
    'json, as strangers write': score([...STRANGER_CALLS, ...STRANGER_RECORDS].map(labelledDoc), IGNORED),
    'json, made': score(madeDocs(madeCount, SEED).map(labelledDoc), IGNORED),
  };
  const clean = CLEAN_PROSE.map(labelledText).filter((one) => findIn(one).some(({ type }) => type !== 'URL'));
  const hasSecret = (text: string): boolean =>
    findIn({ kind: 'text', text, labels: [] }).some(({ type }) => type === 'SECRET');
  const secrets = strangerSecrets(SEED);
  const missedSecrets = secrets.filter((text) => !hasSecret(text));
  const harmless = strangerHarmless(SEED);
  const harmlessFlagged = harmless.filter(hasSecret);
  const decoyHits = decoys(decoyCount, SEED).flatMap(({ key, value }) => {
    const hits = findIn({ kind: 'doc', doc: { [key]: value }, labels: [] }).filter(({ type }) => type !== 'URL');
    return hits.length === 0 ? [] : [{ key, value, types: hits.map(({ type }) => type) }];
  });
  return {
    sets,
    cleanFlagged: [...clean.map(({ text }) => text), ...harmlessFlagged],
    cleanCount: CLEAN_PROSE.length + harmless.length,
    missedSecrets,
    secretCount: secrets.length,
    decoyHits,
    decoyCount,
  };
}

const percent = (share: number): string => share.toFixed(3);
const row = (one: Score): string =>
  `| ${one.type} | ${one.truths} | ${percent(precisionOf(one))} | ${percent(recallOf(one))} | ${percent(f1Of(one))} | ${percent(one.truths === 0 ? 1 : one.exact / one.truths)} |`;

export const ACCURACY_HEAD = '| entity | labels | precision | recall | F1 | exact |\n|---|--:|--:|--:|--:|--:|';

function printDifferences({ sets, missedSecrets, cleanFlagged, decoyHits }: ReturnType<typeof accuracy>): void {
  for (const [name, { differences }] of Object.entries(sets))
    if (!name.includes('held out'))
      for (const { what, type, text, inText } of differences.slice(0, 40))
        console.log(`${name}: ${what} ${type}: ${text}\n    in ${inText}`);
  console.log(missedSecrets.join('\n'), cleanFlagged.join('\n'), decoyHits.slice(0, 40));
}

function tables(result: ReturnType<typeof accuracy>): string {
  const sets = Object.entries(result.sets).map(
    ([name, { scores }]) => `### ${name}\n\n${ACCURACY_HEAD}\n${scores.map(row).join('\n')}\n`,
  );
  const perThousand = ((result.decoyHits.length / result.decoyCount) * 1_000).toFixed(2);
  const found = result.secretCount - result.missedSecrets.length;
  return `${sets.join('\n')}
Secrets in the formats of providers found: ${found} of ${result.secretCount}. Clean texts flagged: ${result.cleanFlagged.length} of ${result.cleanCount}. Decoy leaves with a false hit: ${perThousand} of 1,000.`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = accuracy(600, 5_000);
  if (process.argv.includes('--show')) printDifferences(result);
  const text = tables(result);
  console.log(text);
  if (process.argv.includes('--write')) writeTable('docs/MASKING.md', 'accuracy', `${tableNote()}\n\n${text}`);
}
