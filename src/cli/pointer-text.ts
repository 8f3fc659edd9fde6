/** What masking does at one place of a call or of its answer: found out offline, and as lines for a person. */
import { callText } from '#cli/decision-text.ts';
import { sourceText } from '#cli/masking-source.ts';
import type { Caller } from '#identity/caller.ts';
import type { CompiledMasking } from '#masking/compile-masking.ts';
import {
  explainPointer,
  type CopyExplained,
  type EntityExplained,
  type PointerExplained,
  type RuleAtPlace,
} from '#masking/explain-pointer.ts';
import type { PathPart } from '#masking/finding-notes.ts';
import type { Finding } from '#masking/masked.ts';
import type { Copy, Direction } from '#masking/plan-rule.ts';
import type { JsonNode } from '#mcp/json.ts';
import type { Message } from '#mcp/jsonrpc.ts';

export type PointerAsked = {
  readonly caller: Caller;
  readonly connection: string;
  readonly message: Message;
  /** Of the pointer as it was written. */
  readonly steps: readonly string[];
  readonly direction: Direction;
  /** In the call. */
  readonly findings: readonly Finding[];
};

export type PointerJudged = PointerExplained & {
  readonly connection: string;
  readonly direction: Direction;
  /** What stands there in the call; of an answer nobody knows. */
  readonly stands?: 'nothing' | JsonNode['kind'];
  readonly findings: readonly Finding[];
};

export function judgePointer(masking: CompiledMasking, asked: PointerAsked): PointerJudged {
  const { caller, connection, message, steps, direction } = asked;
  const [method, name] = message.kind === 'response' ? ['', ''] : [message.method, message.name];
  const place = direction === 'request' ? placeIn(message.doc.root, steps) : { path: steps.map(guessed) };
  const situation = { connection, direction, method, name, groups: caller.groups };
  const explained = explainPointer(masking, situation, place.path);
  const { pointer } = explained;
  const isThere = (finding: Finding): boolean =>
    finding.pointer === pointer || finding.pointer.startsWith(`${pointer}/`);
  return {
    ...explained,
    connection,
    direction,
    ...('stands' in place ? { stands: place.stands } : {}),
    findings: direction === 'request' ? asked.findings.filter(isThere) : [],
  };
}

const INDEX = /^(?:0|[1-9]\d{0,8})$/;
/** Where nothing is known of what it stands in. */
const guessed = (step: string): PathPart => (INDEX.test(step) ? Number(step) : step);

/** What stands in JSON inside a string is judged where that string stands. */
function placeIn(
  root: JsonNode,
  steps: readonly string[],
): { readonly path: readonly PathPart[]; readonly stands: 'nothing' | JsonNode['kind'] } {
  const path: PathPart[] = [];
  let node: JsonNode | undefined = root;
  for (const step of steps) {
    if (node?.kind === 'string') break;
    path.push(node?.kind === 'object' ? step : guessed(step));
    if (node?.kind === 'object') node = node.members.find(({ key }) => key === step)?.value;
    else node = node?.kind === 'array' && INDEX.test(step) ? node.items[Number(step)] : undefined;
  }
  return { path, stands: node?.kind ?? 'nothing' };
}

const BOOK = 'in the book';

export function pointerText(message: Message, judged: PointerJudged): string {
  const { pointer, connection, direction, stands, place, secretField, entities, rules, findings } = judged;
  const what = direction === 'request' ? callText(message) : `the answer to ${callText(message)}`;
  const inline = direction === 'request' ? 'upstream' : 'to the caller';
  const lines = [
    ...(stands === undefined
      ? []
      : [stands === 'nothing' ? 'nothing stands there in this call' : `${article(stands)} stands there`]),
    ...(place === 'opaque' ? [`it goes ${inline} unread, but for known secrets; ${BOOK} it is a keyed digest`] : []),
    ...(place === 'envelope' ? [`a message is known by it: it goes ${inline} as it came`] : []),
    ...(secretField === undefined ? [] : [`the name of ${secretField} says that all of it is a SECRET`]),
    ...grouped(entities, inline),
    ...rules.map(ruleText),
    ...findings.map(
      ({ type, rule, count }) => `in this call: ${type} (${rule}${count === 1 ? '' : `, ${count} times`})`,
    ),
  ];
  return [`MASKING ${pointer} of ${what} on ${connection}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

const article = (kind: string): string => (/^[aeiou]/.test(kind) ? `an ${kind}` : kind === 'null' ? kind : `a ${kind}`);

/** Entities that fare alike, in one line. */
function grouped(entities: readonly EntityExplained[], inline: string): readonly string[] {
  const groups = new Map<string, string[]>();
  const lookedForFirst = entities.toSorted((a, b) => Number(b.isLookedFor) - Number(a.isLookedFor));
  for (const { entity, isLookedFor, store, inline: sent, blocks } of lookedForFirst) {
    const fate = isLookedFor ? fateText(store, sent, blocks, inline) : 'not looked for';
    groups.set(fate, [...(groups.get(fate) ?? []), entity]);
  }
  return [...groups].map(([fate, names]) => `${names.join(', ')}: ${fate}`);
}

function fateText(store: CopyExplained, sent: CopyExplained, blocks: boolean, inline: string): string {
  if (!blocks) return `${BOOK} ${copyText(store, 'store')}, ${inline} ${copyText(sent, 'inline')}`;
  return `blocks the message (${sent.operator === 'block' ? sourceText(sent.by, 'inline') : sourceText(store.by, 'store')})`;
}

function copyText({ operator, by }: CopyExplained, copy: Copy): string {
  if (operator === 'exempt') return `exempt (${sourceText(by, copy)})`;
  return operator === 'pass' ? 'as it came' : `${operator} (${sourceText(by, copy)})`;
}

const ELSEWHERE = {
  connections: 'is for other connections',
  direction: 'is for the other direction',
  calls: 'is for other calls',
  audience: 'is for callers in other groups',
  pointers: 'is for other places',
} as const;

const ruleText = ({ index, elsewhere }: RuleAtPlace): string =>
  `masking.rules[${index}] ${elsewhere === undefined ? 'applies here' : ELSEWHERE[elsewhere]}`;
