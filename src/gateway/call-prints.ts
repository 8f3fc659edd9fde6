/** The prints of a call: of exactly what would go up, so what masking changed counts as it was changed. */
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

type Printable = Pick<Authorized, 'verified' | 'connection' | 'masked' | 'decision' | 'follows'>;

/** `message`: of the call, with its document. */
export function printsOf(
  call: Printable,
  message: RequestMessage,
  gateway: Pick<Gateway, 'fingerprints' | 'definitions' | 'limits'>,
): Prints {
  const { caller } = call.verified;
  const kind = definitionKindOf(message.governedBy);
  const definition =
    kind === undefined
      ? undefined
      : gateway.definitions.known.get(call.connection.name, { kind, name: message.name })?.versions.at(-1)?.hash;
  return gateway.fingerprints.of({
    caller: callerKey(caller),
    client: caller.client,
    connection: call.connection.name,
    method: message.method,
    name: message.name,
    policy: call.decision.policy,
    definition,
    isContinued: requestStateOf(message) !== undefined && (call.follows?.length ?? 0) > 0,
    doc: sentDoc(message, call.masked.send, gateway),
  });
}
