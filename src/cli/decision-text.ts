/** A decision and everything on the way to it, as lines for a person. */
import type { Judged } from '#cli/offline-policy.ts';
import type { Finding } from '#masking/masked.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import type { DecisionReason } from '#policy/decision.ts';
import type { GrantExplained, LevelExplained, RuleExplained } from '#policy/explain.ts';

const REASONS: Readonly<Record<DecisionReason, string>> = {
  permitted: 'a level permits it',
  no_grant: 'no grant gives this caller anything on this connection',
  unknown_account: 'the configuration has no such service account',
  account_connection: 'the service account is not declared for this connection',
  key_connection: 'the key is not for this connection',
  unknown_key_level: 'the key is for a level that the configuration does not have any more',
  above_key_level: 'levels permit it, but the key is for less',
  not_permitted: 'no level in effect allows it',
  denied_by_level: 'a level in effect denies it',
  denied_by_rule: 'a rule denies it',
  held_by_rule: 'a rule holds it until people agree',
  condition_failed: 'a condition could not be evaluated, which denies',
  unsafe_uri: 'the resource URI can be read in more than one way',
  too_costly: 'the message asks for more, or longer, URIs than limits.decisionCost lets policy judge',
  implicit: 'any level brings it',
  definition_changed: 'the server shows another definition of it than the one accepted',
  definition_hidden_text: 'its definition has hidden text that no admin accepted',
  definition_unknown: 'no list of the server has it',
};

/** `tools/call "get_issue"`. */
export function callText(message: Message): string {
  if (message.kind === 'response') return 'an answer to the server';
  return message.name === '' ? message.method : `${message.method} ${JSON.stringify(message.name)}`;
}

export function decisionText(message: Message, judged: Judged): string {
  const { decision, connection, isBlocked } = judged;
  // after policy, before anybody is asked to approve (src/gateway/pipeline.ts)
  const isStopped = isBlocked && decision.effect !== 'deny';
  const effect = isStopped ? 'deny' : decision.effect;
  const why = isStopped ? `masking blocks it, although ${REASONS[decision.reason]}` : REASONS[decision.reason];
  const head = `${effect.toUpperCase()} ${callText(message)} on ${connection}: ${why} (policy ${decision.policy})`;
  return [head, ...traceLines(judged).map((line) => `  ${line}`), ''].join('\n');
}

/** Every step in the order it is taken, also those that came to nothing. */
export function traceLines({ decision, explanation, masking, isBlocked, watchedUri }: Judged): readonly string[] {
  const { grants, levels, keyLevel, follows, rules } = explanation;
  const elsewhere = grants.filter(({ outcome }) => outcome === 'other_connection').length;
  return [
    ...(watchedUri === undefined ? [] : [`it would watch ${JSON.stringify(watchedUri)}`]),
    ...grants.flatMap(grantLine),
    ...(elsewhere === 0 ? [] : [`${elsewhere} grant${elsewhere === 1 ? ' is' : 's are'} for other connections`]),
    ...(follows === undefined ? [] : [`it is judged as ${follows.method} ${JSON.stringify(follows.name)}`]),
    ...levels.flatMap((level) => levelLines(level, decision.reason === 'implicit')),
    ...(keyLevel === undefined
      ? []
      : [`the key is for level ${keyLevel.level} at most`, ...levelLines(keyLevel, decision.reason === 'implicit')]),
    ...(decision.trace.some(({ step }) => step === 'implicit') ? ['it comes with any level'] : []),
    ...rules.map(ruleLine),
    ...masking.map((finding) => findingLine(finding, isBlocked)),
  ];
}

/** Of a blocked message nothing is kept but what was found. */
function findingLine({ type, rule, pointer, count, store, inline }: Finding, isBlocked: boolean): string {
  const how = `(${rule}${count === 1 ? '' : `, ${count} times`})`;
  if (store === 'block' || inline === 'block') return `masking blocks the message for ${type} at ${pointer} ${how}`;
  return isBlocked
    ? `masking found ${type} at ${pointer} ${how}`
    : `the book keeps ${type} at ${pointer} masked ${how}`;
}

function grantLine(grant: GrantExplained): readonly string[] {
  switch (grant.outcome) {
    case 'matched':
      return [`grants[${grant.index}] gives level ${grant.level} (${grant.matched})`];
    case 'not_matched':
      return [`grants[${grant.index}] gives nothing: ${grant.because.join('; ')}`];
    case 'other_connection':
    default:
      return [];
  }
}

function levelLines({ level, allows, denies }: LevelExplained, isImplicit: boolean): readonly string[] {
  const line = (verb: string) => (found: { readonly from: string; readonly pattern: string }) =>
    `level ${level} ${verb} it by the pattern ${found.pattern}${found.from === level ? '' : ` of level ${found.from}`}`;
  const lines = [...denies.map(line('denies')), ...allows.map(line('allows'))];
  return lines.length > 0 || isImplicit ? lines : [`level ${level} has no pattern that matches`];
}

const ruleLine = ({ rule, effect, outcome, detail }: RuleExplained): string =>
  `rule ${rule} (${effect}) ${outcome.replace('_', ' ')}${detail === undefined ? '' : `: ${detail}`}`;
