/**
 * Labelled texts and documents, written with their labels in them: `Call «PERSON|Ada Lovelace» at «PHONE_NUMBER|…»`. In a
 * document a string that is one label and begins with `#` stands for a number.
 */
export type Label = { readonly path: string; readonly start: number; readonly end: number; readonly type: string };
export type LabelledText = { readonly kind: 'text'; readonly text: string; readonly labels: readonly Label[] };
export type LabelledDoc = { readonly kind: 'doc'; readonly doc: unknown; readonly labels: readonly Label[] };

const MARK = /«([A-Z_]+)\|([^»]*)»/g;

function unmarked(marked: string, path: string): { readonly text: string; readonly labels: readonly Label[] } {
  const labels: Label[] = [];
  let text = '';
  let at = 0;
  for (const match of marked.matchAll(MARK)) {
    const [whole, type = '', value = ''] = match;
    text += marked.slice(at, match.index);
    labels.push({ path, start: text.length, end: text.length + value.length, type });
    text += value;
    at = match.index + whole.length;
  }
  return { text: text + marked.slice(at), labels };
}

export const labelledText = (marked: string): LabelledText => ({ kind: 'text', ...unmarked(marked, '') });

const NUMBER = /^#(?:«[A-Z_]+\|)?(-?[\d.]+)»?$/;
const escaped = (part: string | number): string => String(part).replaceAll('~', '~0').replaceAll('/', '~1');

/** Strings that hold JSON themselves are given as `{ json: value }` under the key `$json`. */
export function labelledDoc(marked: unknown): LabelledDoc {
  const labels: Label[] = [];
  const visit = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') {
      const found = unmarked(NUMBER.test(value) ? value.slice(1) : value, path);
      labels.push(...found.labels);
      return NUMBER.test(value) ? Number(found.text) : found.text;
    }
    if (Array.isArray(value)) return value.map((item, index) => visit(item, `${path}/${index}`));
    if (typeof value !== 'object' || value === null) return value;
    if ('$json' in value) {
      // the labels of the inner strings, found again in the text around them
      const inner = labelledDoc(value.$json);
      const text = JSON.stringify(inner.doc);
      let from = 0;
      for (const { value: shown, type } of shownLabels(value.$json)) {
        const spelled = JSON.stringify(shown).slice(1, -1);
        const start = text.indexOf(spelled, from);
        if (start < 0) throw new Error(`a label is not in its text: ${shown}`);
        from = start + spelled.length;
        labels.push({ path, start, end: from, type });
      }
      return text;
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, visit(item, `${path}/${escaped(key)}`)]),
    );
  };
  const doc = visit(marked, '');
  return { kind: 'doc', doc, labels };
}

const shownLabels = (value: unknown): { readonly value: string; readonly type: string }[] =>
  [...JSON.stringify(value).matchAll(MARK)].map(([, type = '', shown = '']) => ({
    value: JSON.parse(`"${shown}"`) as string,
    type,
  }));
