/**
 * Makes a masked value fit the schema it fitted before: where a replacement broke it, another is put in its place. What the
 * schema did not accept in the first place is not for masking to mend.
 */
import { fittingValues } from '#masking/fitting-values.ts';
import type { SchemaCheck, SchemaFault } from '#masking/output-schema.ts';
import type { JsonEdit, JsonNode } from '#mcp/json.ts';

export type Fit =
  /** `edits`: into the text of the masked value's document. */
  { readonly kind: 'fits'; readonly edits: readonly JsonEdit[] } | { readonly kind: 'does_not_fit' };

type Copy = { readonly text: string; readonly node: JsonNode };

/** Places mended in one answer, and checks for all of them. */
const PLACES_MAX = 64;
const CHECKS_MAX = 1_000;

const valueOf = ({ text, node }: Copy): unknown => JSON.parse(text.slice(node.start, node.end)) as unknown;

export function fitStructured(original: Copy, masked: Copy, check: SchemaCheck): Fit {
  const value = valueOf(masked);
  let faults = check.faults(value);
  if (faults.length === 0) return { kind: 'fits', edits: [] };
  const was = valueOf(original);
  if (check.faults(was).length > 0) return { kind: 'fits', edits: [] };
  const edits: JsonEdit[] = [];
  const mended = new Set<string>();
  let checksLeft = CHECKS_MAX;
  while (faults.length > 0) {
    const place = faults.map(({ pointer }) => pointer).find((pointer) => !mended.has(pointer) && isMasked(pointer));
    if (place === undefined || mended.size === PLACES_MAX) return { kind: 'does_not_fit' };
    mended.add(place);
    const node = nodeAt(masked.node, place);
    if (node === undefined) return { kind: 'does_not_fit' };
    const here = faults.filter(({ pointer }) => pointer === place).map(({ schema }) => schema);
    const found = fittingValues(here, at(was, place), at(value, place)).find((candidate) => {
      if (checksLeft-- <= 0) return false;
      put(value, place, candidate);
      const left = check.faults(value);
      if (left.some(({ pointer }) => pointer === place)) return false;
      faults = left;
      return true;
    });
    if (found === undefined) return { kind: 'does_not_fit' };
    edits.push({ start: node.start, end: node.end, text: JSON.stringify(found) });
  }
  return { kind: 'fits', edits };

  /** Only what was replaced as a whole or in part is replaced again. */
  function isMasked(pointer: SchemaFault['pointer']): boolean {
    const now = at(value, pointer);
    return pointer !== '' && now !== null && typeof now !== 'object' && now !== at(was, pointer);
  }
}

const partsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const part of partsOf(pointer)) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, part)) return undefined;
    here = (here as Record<string, unknown>)[part];
  }
  return here;
}

function put(value: unknown, pointer: string, found: unknown): void {
  const end = pointer.lastIndexOf('/');
  const holder = at(value, pointer.slice(0, end));
  const [key = ''] = partsOf(pointer.slice(end));
  if (holder !== null && typeof holder === 'object')
    Object.defineProperty(holder, key, { value: found, enumerable: true, configurable: true, writable: true });
}

function nodeAt(root: JsonNode, pointer: string): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const part of partsOf(pointer)) {
    if (node?.kind === 'array') node = node.items[Number(part)];
    else if (node?.kind === 'object') node = node.members.find(({ key }) => key === part)?.value;
    else return undefined;
  }
  return node;
}
