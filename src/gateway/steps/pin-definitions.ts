/**
 * Remembers what the server says of its tools, prompts and templates and of itself, and notices when it says something else,
 * to whomever. What is new is recorded and kept before the answer goes on; what its connection's `definitions:` blocks is cut
 * out of the bytes.
 */
import { isWithheld } from '#definitions/definition-policy.ts';
import type { DefinitionKind } from '#definitions/definition.ts';
import { bringsDefinitions, hasInstructionsTwin, listedDefinitions } from '#definitions/listed-definitions.ts';
import type { ListedDefinition } from '#definitions/listed-definitions.ts';
import type { Understood } from '#gateway/call.ts';
import { editedMessage } from '#gateway/edited-message.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { newDefinitions, noteDefinitions } from '#gateway/note-definitions.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { withoutEntries } from '#gateway/steps/filter-list.ts';
import { member } from '#mcp/json.ts';
import type { JsonEdit, JsonNode } from '#mcp/json.ts';
import { METHODS } from '#mcp/methods.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** What is cut: entries of the list, or the text of the instructions. */
function editsFor(method: string, result: JsonNode, withheld: ReadonlySet<JsonNode>): readonly JsonEdit[] {
  const list = METHODS.get(method)?.list;
  const entries = list === undefined ? undefined : member(result, list.member);
  if (entries?.kind === 'array') return withoutEntries(entries, (entry) => !withheld.has(entry));
  return [...withheld].map(({ start, end }) => ({ start, end, text: '""' }));
}

/** Shown, and neither known nor new: a further version of what changed already, or one too many. */
function countUnkept(listed: readonly ListedDefinition[], connection: string, gateway: Gateway): void {
  const unkept = listed.filter((one) => {
    const versions = gateway.definitions.known.get(connection, one)?.versions ?? [];
    return !versions.some(({ hash }) => hash === one.hash);
  });
  const kind = unkept[0]?.kind;
  if (kind === undefined) return;
  gateway.metrics.definitions({ connection, kind, event: 'unkept', count: unkept.length });
  gateway.log.warn(
    { connection, kind, definitions: unkept.length },
    'definitions of a server cannot be told apart any more',
  );
}

function withhold(
  understood: Understood,
  method: string,
  result: JsonNode,
  listed: readonly ListedDefinition[],
  gateway: Gateway,
): Understood {
  const { name: connection, definitions: policy } = understood.call.connection;
  if (policy.change !== 'block' && policy.hidden !== 'block') return understood;
  const { known } = gateway.definitions;
  const withheld = listed.filter(({ kind, name }) => isWithheld(known.standing(connection, kind, name), policy));
  const kind: DefinitionKind | undefined = withheld[0]?.kind;
  if (kind === undefined) return understood;
  gateway.metrics.definitions({ connection, kind, event: 'withheld', count: withheld.length });
  const edits = editsFor(method, result, new Set(withheld.map(({ node }) => node)));
  return { ...understood, message: editedMessage(understood.message, edits, gateway.limits) };
}

export function pinDefinitions(
  understood: Understood,
  gateway: Gateway,
): Result<Understood, Refusal> | Promise<Result<Understood, Refusal>> {
  const { call, message, role } = understood;
  const method = call.message?.kind === 'request' ? call.message.method : '';
  if (role !== 'final' || !bringsDefinitions(method)) return ok(understood);
  if (message.kind !== 'response' || message.outcome.type !== 'result') return ok(understood);
  const result = message.outcome.node;
  if (hasInstructionsTwin(method, result))
    return err({ code: 'upstream_invalid', reason: 'instructions_case_twin', executed: 'unknown' });
  const listed = listedDefinitions(method, result);
  const passOn = (): Understood => {
    countUnkept(listed, call.connection.name, gateway);
    return withhold(understood, method, result, listed, gateway);
  };
  if (newDefinitions(call.connection.name, listed, gateway).length === 0) return ok(passOn());
  return noteDefinitions(call, listed, gateway).then((noted) => (noted.ok ? ok(passOn()) : noted));
}
