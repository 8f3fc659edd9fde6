/** The story of an approval as lines for a person: one for each record, its words below it. */
import { printable } from '#cli/text-table.ts';
import { spelledOut } from '#definitions/look-alikes.ts';
import type { ApprovalStory, StoryStep } from '#events/approval-story.ts';

const WORDS: Readonly<Record<string, string>> = {
  approval_requested: 'asked',
  approval_flood: 'flood',
  approval_told: 'told',
  notice_failed: 'not told',
  approval_statement: 'stated',
  approval_read: 'read',
  approval_shown: 'shown',
  approval_vote: 'voted',
  approval_break_glass: 'break glass',
  approval_vote_void: 'did not count',
  approval_expired: 'expired',
  approval_withdrawn: 'withdrawn',
  approval_void: 'void',
};
const WORD_CHARS = Math.max(...Object.values(WORDS).map(({ length }) => length));

/** Said by the line itself. */
const SAID: ReadonlySet<string> = new Set(['state', 'requesterIssuer', 'requesterSubject', 'operation']);

export function storyText({ approval, steps, whole }: ApprovalStory): string {
  const [asked] = steps;
  const what = asked === undefined ? '' : `: ${asked.method} ${spelledOut(asked.name ?? '')} on ${asked.connection}`;
  const lines = [
    `story of ${approval}${what}${asked?.decision?.rule === undefined ? '' : `, held by ${asked.decision.rule}`}`,
    ...steps.flatMap(stepLines),
    ...(whole ? [] : ['there may be more: newer records are not searchable yet, or there are too many to tell']),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function stepLines(step: StoryStep): readonly string[] {
  const { time, id, caller, reason } = step;
  const who = caller === undefined ? '' : `${spelledOut(caller.subject)} of ${caller.issuer}`;
  const facts = [who, ...factsOf(step), ...(step.verified ? [] : ['NOT VERIFIED'])].filter((fact) => fact !== '');
  const line = `  ${time}  ${wordOf(step).padEnd(WORD_CHARS)}  ${id.padEnd(8)}  ${facts.join('; ')}`;
  return reason === undefined || step.kind === 'denied' ? [line] : [line, `${' '.repeat(28)}"${spelledOut(reason)}"`];
}

function wordOf({ kind, code = kind }: StoryStep): string {
  if (kind === 'intent') return 'sent';
  return kind === 'denied' ? 'refused' : (WORDS[code] ?? code);
}

function factsOf({ kind, code, outcome, durationMs, result, detail = {} }: StoryStep): readonly string[] {
  if (kind === 'intent') {
    const took = durationMs === undefined ? '' : ` after ${Math.round(durationMs)} ms`;
    return [
      `${outcome ?? 'open'}${took}`,
      ...(code === undefined ? [] : [code]),
      ...(result === undefined ? [] : [`result ${result}`]),
    ];
  }
  if (kind === 'denied') return code === undefined ? [] : [code];
  return Object.entries(detail).flatMap(([name, value]) => (SAID.has(name) ? [] : factOf(name, value)));
}

function factOf(name: string, value: NonNullable<StoryStep['detail']>[string]): readonly string[] {
  if (value === null || value === '') return [];
  if (typeof value === 'object') return value.length === 0 ? [] : [`${name} ${value.map(spelledOut).join(', ')}`];
  return [`${name} ${spelledOut(String(value))}`];
}
