/**
 * A message about a task that the gateway made while a call is held. Whoever asks for its result makes the call itself: from
 * here on it is that call, as its client spelled it, under the id of this request. All else is answered by the gateway.
 */
import type { MakingCall } from '#bindings/binding.ts';
import { placeOf } from '#gateway/binding-place.ts';
import type { Followed } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { heldTaskServer, isOpenTask } from '#gateway/held-task.ts';
import { approvalUrl } from '#gateway/input-required.ts';
import { withoutMirroring } from '#gateway/mirrored-headers.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { member, parseJson, spliceText } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { isAboutTask } from '#mcp/methods.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const RETRY_MS = 1_000;

/** Throws when what was kept is no message, which is a bug: it was one when it was sealed. */
function madeAgain(held: string, { idText }: RequestMessage, { limits }: Gateway): RequestMessage {
  const bounds = { depth: limits.jsonDepth, nodes: limits.jsonNodes };
  const kept = parseJson(Buffer.from(held), bounds);
  const id = kept.ok ? member(kept.value.root, 'id') : undefined;
  if (id === undefined) throw new Error('a held call is no request');
  const doc = parseJson(Buffer.from(spliceText(held, [{ start: id.start, end: id.end, text: idText }])), bounds);
  const read = doc.ok ? readMessage(doc.value) : doc;
  if (!read.ok || read.value.kind !== 'request') throw new Error('a held call is no request');
  return read.value;
}

type Outcome = Result<Followed, Refusal>;
type Held = MakingCall & { readonly held: string };

/** From here on it is the held call itself. */
function asCall(call: Followed, message: RequestMessage, { held }: Held, gateway: Gateway): Followed {
  const again = madeAgain(held, message, gateway);
  const { follows: _, ...rest } = call;
  // They were held against the request for its result, and would say what nobody agreed to.
  return { ...rest, message: again, body: again.doc.bytes, headers: withoutMirroring(call.headers) };
}

/** A yes for a while is not ended by its use, so that its result was asked for is kept with the task. */
async function madeOnce(call: Followed, message: RequestMessage, made: Held, gateway: Gateway): Promise<Outcome> {
  const task = { kind: 'task', id: message.name, ttlMs: undefined } as const;
  const bound = await gateway.bindings.bind(placeOf(call), task, { ...made, isMade: true });
  return bound.ok
    ? ok(asCall(call, message, made, gateway))
    : err({ code: 'bindings_unavailable', reason: bound.error, retryAfterMs: RETRY_MS, executed: 'no' });
}

export function openHeldTask(call: Followed, gateway: Gateway): Outcome | Promise<Outcome> {
  const { message, follows, connection } = call;
  const [made] = follows ?? [];
  if (message.kind !== 'request' || !isAboutTask(message.method) || made?.held === undefined) return ok(call);
  const { held, isMade } = made;
  const { approvals, clock } = gateway;
  const approval = approvals.find(made.approval ?? '');
  if (message.method === 'tasks/result' && isOpenTask(approval, clock(), { isMade })) {
    const isForAWhile = approval?.state === 'approved' && approval.scope !== 'once';
    if (isForAWhile) return madeOnce(call, message, { ...made, held }, gateway);
    return ok(asCall(call, message, { ...made, held }, gateway));
  }
  const parts = {
    find: (id: string) => approvals.find(id),
    withdraw: (id: string) => approvals.withdraw(id),
    urlOf: (id: string) => approvalUrl(id, gateway),
    clock,
  };
  return ok({ ...call, connection: { ...connection, upstream: heldTaskServer(message, made, parts), credential: [] } });
}
