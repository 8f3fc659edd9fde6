/**
 * Masks one line of `gatebook mask`: `{"text": …}` or `{"doc": …}`, with where what was found. It is the walk that
 * the stored copy of a message takes, so that what is tried out is what happens.
 */
import { ScanBudget } from '#masking/engine/budget.ts';
import { compileMasking } from '#masking/compile-masking.ts';
import { FindingNotes } from '#masking/finding-notes.ts';
import { MaskWalk } from '#masking/mask-walk.ts';
import type { MaskerSettings } from '#masking/masking-settings.ts';
import type { MessagePlan } from '#masking/plan-message.ts';
import { SECRET, type Situation } from '#masking/plan-rule.ts';
import { SecretSet } from '#masking/secret-set.ts';
import { SpanNotes, type FoundSpan } from '#masking/span-notes.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import { parseJson, spliceText, type JsonNode } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

export type LineSettings = MaskerSettings & {
  /** What is looked for. */
  readonly types: ReadonlySet<string>;
  /** What kind of message the lines are taken for: which rules of the plan apply to them. */
  readonly situation: Situation;
};

export type MaskedLine = {
  readonly kind: 'text' | 'doc';
  /** JSON of the masked value. */
  readonly json: string;
  readonly spans: readonly FoundSpan[];
};

/** The wrapping object is a level and a few values more. */
const LINE_LIMITS = { depth: LIMITS.jsonDepth + 1, nodes: LIMITS.jsonNodes * 8 };

/** Errors are sentences without content. */
export function createLineMask(settings: LineSettings): (line: Buffer) => Result<MaskedLine, string> {
  const { types, situation, patterns = [], ...masking } = settings;
  const store = { ...masking.store, detectors: [...types] };
  const asked = patterns.filter(({ entity }) => types.has(entity));
  const compiled = compileMasking({ ...masking, store, patterns: asked });
  const plan = compiled.plan.forMessage(situation);
  const rules: WalkRules = {
    ...compiled,
    isSecretField: types.has(SECRET) ? compiled.isSecretField : () => false,
    secrets: SecretSet.EMPTY,
    plan,
    dropsAnywhere: true,
  };
  return (line) => {
    const doc = parseJson(line, LINE_LIMITS);
    if (!doc.ok) return err(`not JSON as a message may be: ${doc.error.message} (offset ${doc.error.offset})`);
    const { root, text } = doc.value;
    const found = wanted(root);
    if (!found.ok) return found;
    const { kind, node } = found.value;
    const notes = freshNotes(plan);
    const walk = new MaskWalk(text, rules, notes, SecretSet.EMPTY);
    walk.walk(node);
    if (notes.spans.isTruncated) return err(`more than ${LIMITS.maskSpans} findings`);
    if (notes.budget.isExhausted) return err('too much to look at in one line');
    const edits = walk.storedEdits.map((edit) => ({
      ...edit,
      start: edit.start - node.start,
      end: edit.end - node.start,
    }));
    const spans = notes.spans.spans.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.start - b.start));
    return ok({ kind, json: spliceText(text.slice(node.start, node.end), edits), spans });
  };
}

function wanted(root: JsonNode): Result<{ readonly kind: 'text' | 'doc'; readonly node: JsonNode }, string> {
  if (root.kind !== 'object') return err('a line is an object with "text" or "doc"');
  const members = root.members.filter(({ key }) => key === 'text' || key === 'doc');
  const [only] = members;
  if (only === undefined || members.length !== 1) return err('a line has either "text" or "doc"');
  if (only.key === 'doc') return ok({ kind: 'doc', node: only.value });
  return only.value.kind === 'string' ? ok({ kind: 'text', node: only.value }) : err('"text" is a string');
}

const freshNotes = (plan: MessagePlan): WalkNotes & { readonly spans: SpanNotes } => ({
  findings: new FindingNotes(),
  isBlocked: false,
  isOverBudget: false,
  tokensLeft: LIMITS.maskSpans,
  tokens: new Map(),
  budget: new ScanBudget(),
  spans: new SpanNotes(plan),
});
