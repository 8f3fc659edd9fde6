/**
 * Whether what is called still is what the server said it was when somebody accepted that. Looks at memory only; a definition
 * in doubt is refused or held as its connection's `definitions:` says.
 */
import type { Authorized } from '#gateway/call.ts';
import { verdictOn } from '#definitions/definition-policy.ts';
import type { DefinitionKind } from '#definitions/definition.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** By the method that governs it, so that completing a prompt's arguments is using the prompt. */
export function definitionKindOf(method: string): DefinitionKind | undefined {
  switch (method) {
    case 'tools/call':
      return 'tool';
    case 'prompts/get':
      return 'prompt';
    default:
      return undefined;
  }
}

export function checkDefinition(call: Authorized, gateway: Gateway): Result<Authorized, Refusal> {
  const { message, connection, decision } = call;
  const kind = message.kind === 'request' ? definitionKindOf(message.governedBy) : undefined;
  if (kind === undefined || message.kind !== 'request') return ok(call);
  const verdict = verdictOn(
    gateway.definitions.known.standing(connection.name, kind, message.name),
    connection.definitions,
  );
  if (verdict === undefined) return ok(call);
  const { effect, reason } = verdict;
  const doubted = { ...decision, effect, reason, rule: undefined };
  if (effect === 'deny') return err({ code: 'denied', reason, decision: doubted });
  // A rule that holds it already says more.
  return ok(decision.effect === 'hold' ? call : { ...call, decision: doubted });
}
