/** Which definitions an answer brings, and which each is: kind, name and a hash of exactly what the server said. */
import { hash } from 'node:crypto';
import { canonicalNode } from '#definitions/canonical-node.ts';
import type { DefinitionKey, DefinitionKind, FoundDefinition } from '#definitions/definition.ts';
import { hiddenIn } from '#definitions/hidden-text.ts';
import type { MaskContext, Masker } from '#masking/masker.ts';
import { hasCaseTwin, keySet } from '#mcp/case-twins.ts';
import { member, parseJson, stringMember } from '#mcp/json.ts';
import type { JsonNode } from '#mcp/json.ts';
import { METHODS } from '#mcp/methods.ts';
import type { Limits } from '#limits.ts';
import { LIMITS } from '#limits.ts';

export type ListedDefinition = DefinitionKey & {
  readonly node: JsonNode;
  readonly canonical: string;
  readonly hash: string;
};

const LIST_KINDS: ReadonlyMap<string, DefinitionKind> = new Map([
  ['tools/list', 'tool'],
  ['prompts/list', 'prompt'],
  ['resources/templates/list', 'resource_template'],
]);
/** What a server says of itself for the model to read (MCP 2025-11-25 Initialization; 2026-07-28 Discovery). */
const INTRODUCTIONS: ReadonlySet<string> = new Set(['initialize', 'server/discover']);
const INSTRUCTIONS = 'instructions';
const INSTRUCTIONS_KEYS = keySet([INSTRUCTIONS]);

/** Whether an answer to this method brings definitions at all. */
export const bringsDefinitions = (method: string): boolean => LIST_KINDS.has(method) || INTRODUCTIONS.has(method);

/** A client that ignores the case of keys would read the twin. */
export const hasInstructionsTwin = (method: string, result: JsonNode): boolean =>
  INTRODUCTIONS.has(method) && hasCaseTwin(result, INSTRUCTIONS_KEYS);

/** So that a hash says nothing about anything but definitions of this kind. */
const domainOf = (kind: DefinitionKind): string => `gatebook definition v1\n${kind}\n`;

function listed(kind: DefinitionKind, name: string, node: JsonNode): ListedDefinition {
  const canonical = canonicalNode(node);
  return { kind, name, node, canonical, hash: hash('sha256', domainOf(kind) + canonical, 'hex') };
}

/**
 * In their order, an entry listed twice twice. Entries without a name, or with one that can be read in two ways or that no
 * message may ask for, are none: nobody gets to see them (src/gateway/steps/filter-list.ts).
 */
export function listedDefinitions(method: string, result: JsonNode): readonly ListedDefinition[] {
  const list = METHODS.get(method)?.list;
  const kind = LIST_KINDS.get(method);
  if (kind === undefined || list === undefined) {
    const instructions = INTRODUCTIONS.has(method) ? member(result, INSTRUCTIONS) : undefined;
    return instructions?.kind === 'string' ? [listed('instructions', '', instructions)] : [];
  }
  const entries = member(result, list.member);
  if (entries?.kind !== 'array') return [];
  const keys = keySet([list.key]);
  return entries.items.flatMap((node) => {
    const name = stringMember(node, list.key);
    if (name === undefined || name.length > LIMITS.nameChars || hasCaseTwin(node, keys)) return [];
    // A part of the message's text, which would be kept whole with it.
    return [listed(kind, Buffer.from(name).toString(), node)];
  });
}

type DescribeLimits = Pick<
  Limits,
  'definitionTextBytes' | 'definitionAnnotationBytes' | 'hiddenPlaces' | 'jsonDepth' | 'jsonNodes'
>;

/** Everything that is kept of a definition that is new; what it says is masked first (P3). */
export function describeDefinition(
  { kind, name, node, canonical, hash: digest }: ListedDefinition,
  masker: Pick<Masker, 'maskMessage' | 'maskStoredText'>,
  context: MaskContext,
  limits: DescribeLimits,
): Omit<FoundDefinition, 'record'> & { readonly masked: MaskedText | undefined } {
  const bytes = Buffer.byteLength(canonical);
  const masked = bytes > limits.definitionTextBytes ? undefined : maskedText(kind, canonical, masker, context, limits);
  const kept = masked === undefined ? undefined : definitionIn(kind, masked.stored, limits);
  return {
    kind,
    name,
    hash: digest,
    bytes,
    hidden: hiddenIn(node, limits).map(({ pointer, classes }) => ({
      pointer: maskedPointer(pointer, masker, context),
      classes,
    })),
    annotations: annotationsIn(kept, limits),
    text: kept === undefined ? undefined : canonicalNode(kept),
    masked,
  };
}

/** Step by step: between slashes a value is seen that in a path is none. */
const maskedPointer = (
  pointer: string,
  masker: Pick<Masker, 'maskStoredText'>,
  { secrets }: Pick<MaskContext, 'secrets'>,
): string =>
  pointer
    .split('/')
    .map((step) => {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
      const masked: string = masker.maskStoredText(key, secrets);
      return masked === key ? step : masked.replaceAll('~', '~0').replaceAll('/', '~1');
    })
    .join('/');

/** A message of that one definition: masking knows where in a message the schemas are, and so do readers of the book. */
export type MaskedText = Extract<ReturnType<Masker['maskMessage']>, { ok: true }>['value'];

const MEMBERS: Readonly<Record<DefinitionKind, string>> = {
  tool: 'tools',
  prompt: 'prompts',
  resource_template: 'resourceTemplates',
  instructions: INSTRUCTIONS,
};

function maskedText(
  kind: DefinitionKind,
  canonical: string,
  masker: Pick<Masker, 'maskMessage'>,
  context: MaskContext,
  limits: DescribeLimits,
): MaskedText | undefined {
  const value = kind === 'instructions' ? canonical : `[${canonical}]`;
  const doc = parseJson(Buffer.from(`{"params":{"${MEMBERS[kind]}":${value}}}`), {
    depth: limits.jsonDepth,
    nodes: limits.jsonNodes,
  });
  const masked = doc.ok ? masker.maskMessage(doc.value, context) : undefined;
  return masked?.ok === true ? masked.value : undefined;
}

function definitionIn(kind: DefinitionKind, stored: Buffer, limits: DescribeLimits): JsonNode | undefined {
  const doc = parseJson(stored, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
  const value = doc.ok ? member(member(doc.value.root, 'params'), MEMBERS[kind]) : undefined;
  return value?.kind === 'array' ? value.items[0] : value;
}

function annotationsIn(definition: JsonNode | undefined, limits: DescribeLimits): string {
  const annotations = member(definition, 'annotations');
  if (annotations?.kind !== 'object') return '';
  const text = canonicalNode(annotations);
  return Buffer.byteLength(text) > limits.definitionAnnotationBytes ? '' : text;
}
