/** Compares what was found with what somebody labelled. A finding is right when it has the type of a label and overlaps it; `exact` wants the same ends too. */
import { ENTITIES } from '#masking/engine/entities.ts';
import { createLineMask } from '#masking/mask-line.ts';
import type { Label, LabelledDoc, LabelledText } from './labelled.ts';

export type Score = {
  readonly type: string;
  truths: number;
  found: number;
  wrong: number;
  missed: number;
  exact: number;
};
type Case = LabelledText | LabelledDoc;

const maskLine = createLineMask({
  key: Buffer.alloc(32),
  store: { operator: 'redact', fields: [] },
  types: new Set(ENTITIES),
  situation: { connection: '', direction: 'response', method: '' },
});

export function findIn(one: Case): readonly Label[] {
  const line = maskLine(Buffer.from(JSON.stringify(one.kind === 'text' ? { text: one.text } : { doc: one.doc })));
  if (!line.ok) throw new Error(line.error);
  return line.value.spans;
}

const overlaps = (a: Label, b: Label): boolean => a.path === b.path && a.start < b.end && b.start < a.end;

export type Difference = {
  readonly what: 'missed' | 'wrong';
  readonly type: string;
  readonly text: string;
  readonly inText: string;
};

/** `ignored`: types of which nobody labelled all there is. */
export function score(
  cases: readonly Case[],
  ignored: readonly string[] = [],
): { readonly scores: readonly Score[]; readonly differences: readonly Difference[] } {
  const scores = new Map<string, Score>();
  const differences: Difference[] = [];
  const of = (type: string): Score => {
    const known = scores.get(type) ?? { type, truths: 0, found: 0, wrong: 0, missed: 0, exact: 0 };
    scores.set(type, known);
    return known;
  };
  for (const one of cases) {
    const found = findIn(one).filter(({ type }) => !ignored.includes(type));
    const truths = one.labels.filter(({ type }) => !ignored.includes(type));
    for (const truth of truths) {
      of(truth.type).truths++;
      const matches = found.filter((hit) => hit.type === truth.type && overlaps(hit, truth));
      if (matches.length > 0) of(truth.type).found++;
      else {
        of(truth.type).missed++;
        differences.push({ what: 'missed', type: truth.type, text: textOf(one, truth), inText: whole(one) });
      }
      if (matches.some((hit) => hit.start === truth.start && hit.end === truth.end)) of(truth.type).exact++;
    }
    for (const hit of found) {
      if (truths.some((truth) => truth.type === hit.type && overlaps(hit, truth))) continue;
      of(hit.type).wrong++;
      differences.push({ what: 'wrong', type: hit.type, text: textOf(one, hit), inText: whole(one) });
    }
  }
  return { scores: [...scores.values()].sort((a, b) => (a.type < b.type ? -1 : 1)), differences };
}

export const precisionOf = ({ found, wrong }: Score): number => (found + wrong === 0 ? 1 : found / (found + wrong));
export const recallOf = ({ truths, found }: Score): number => (truths === 0 ? 1 : found / truths);
export function f1Of(one: Score): number {
  const [precision, recall] = [precisionOf(one), recallOf(one)];
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

const whole = (one: Case): string => (one.kind === 'text' ? one.text : JSON.stringify(one.doc)).slice(0, 160);
function textOf(one: Case, { path, start, end }: Label): string {
  if (one.kind === 'text') return one.text.slice(start, end);
  let value: unknown = one.doc;
  for (const part of path.split('/').slice(1))
    value = (value as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  return `${path}: ${String(value).slice(start, end)}`;
}
