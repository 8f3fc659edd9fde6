/** The prints of a call: of exactly what would go up, so what masking changed counts as it was changed. */
import type { Approval } from '#approvals/approval.ts';
import type { Prints } from '#approvals/fingerprint.ts';
import type { Authorized } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { definitionKindOf } from '#gateway/steps/check-definition.ts';
import { callerKey } from '#identity/caller.ts';
import { parseJson } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import { requestStateOf } from '#mcp/made-ids.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';

/** Throws when masking left no JSON, which is a bug of masking. */
function sentDoc({ doc }: RequestMessage, send: Buffer, { limits }: Pick<Gateway, 'limits'>): JsonDocument {
  if (send === doc.bytes) return doc;
  const again = parseJson(send, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
  if (!again.ok) throw new Error('what masking made of a message is no JSON');
  return again.value;
}

/**
 * Undefined while it is the first that was seen of it, or none was: whoever lists a server's tools while a call waits changes
 * nothing of what was agreed to. From the first change on a call is another one with each.
 */
function changedDefinition(
  { connection }: Printable,
  { governedBy, name }: RequestMessage,
  { definitions }: Pick<Gateway, 'definitions'>,
): string | undefined {
  const kind = definitionKindOf(governedBy);
  const versions = kind === undefined ? [] : (definitions.known.get(connection.name, { kind, name })?.versions ?? []);
  return versions.length < 2 ? undefined : versions.at(-1)?.hash;
}

/** Whether what it brings was given for a call that went up by this very approval: what that did was agreed to. */
const isMadeBy = ({ follows }: Pick<Printable, 'follows'>, by: Pick<Approval, 'id'> | undefined): boolean =>
  by !== undefined && (follows ?? []).some(({ approval }) => approval === by.id);

type Printable = Pick<Authorized, 'verified' | 'connection' | 'masked' | 'decision' | 'follows'>;

/** `message`: of the call, with its document. `by`: what it goes up by, of which it may be a further round. */
export function printsOf(
  call: Printable,
  message: RequestMessage,
  gateway: Pick<Gateway, 'fingerprints' | 'definitions' | 'limits'>,
  by?: Pick<Approval, 'id'>,
): Prints {
  const { caller } = call.verified;
  return gateway.fingerprints.of({
    caller: callerKey(caller),
    client: caller.client,
    keyMaker: caller.key?.createdBy === undefined ? undefined : callerKey(caller.key.createdBy),
    connection: call.connection.name,
    server: call.connection.server,
    method: message.method,
    name: message.name,
    policy: call.decision.policy,
    rule: call.decision.rule,
    definition: changedDefinition(call, message, gateway),
    isContinued: requestStateOf(message) !== undefined && isMadeBy(call, by),
    doc: sentDoc(message, call.masked.send, gateway),
  });
}
