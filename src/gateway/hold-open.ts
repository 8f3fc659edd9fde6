/**
 * A held call waits with its answer for as long as clients commonly wait for one, so that a decision that comes soon needs
 * nobody's second try. It waits apart from the calls that are on their way, and takes its place among them again when it goes
 * on. Where the client takes a stream it hears meanwhile that it waits: in words when it names a progress token.
 */
import { isUsable } from '#approvals/transitions.ts';
import type { Approval } from '#approvals/approval.ts';
import type { Authorized } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { HeldPlace } from '#gateway/held-calls.ts';
import { putDown } from '#gateway/put-down.ts';
import { requestKey } from '#gateway/session-binding.ts';
import { takesStream } from '#gateway/steps/receive.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { encodeSseEvent } from '#mcp/sse.ts';
import type { HeaderPair } from '#upstream/port.ts';

type Parts = Pick<Gateway, 'approvals' | 'heldCalls' | 'admission' | 'clock' | 'monotonic' | 'limits' | 'draining'>;

const WAITING = 'Waiting for an approval';

/**
 * Progress must grow with each notification (MCP, Progress), and what the server says later begins at zero: so ours stays below
 * it. `total` is left out: nobody knows how long people take.
 */
const progressText = (tokenText: string, count: number): string =>
  `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${tokenText},"progress":${count - 1_000_000},"message":${JSON.stringify(WAITING)}}}`;

type Telling = { readonly tell: (() => void) | undefined; readonly everyMs: number };

function tellingOf({ id, headers, reply }: Authorized, token: string | undefined, { limits }: Parts): Telling {
  if (!takesStream(headers)) return { tell: undefined, everyMs: limits.streamQuietMs };
  const head: readonly HeaderPair[] = [['x-gatebook-call', id]];
  if (token === undefined) return { tell: () => reply.comment(head), everyMs: limits.streamQuietMs };
  let count = 0;
  const tell = (): void => {
    count += 1;
    void reply.event(encodeSseEvent({ data: Buffer.from(progressText(token, count)) }), head);
  };
  return { tell, everyMs: limits.approvalProgressMs };
}

/** Of the message, where masking left one form for all uses. */
function keptBytes({ masked: { send, stored } }: Authorized, bytes: Buffer): number {
  const forms = new Set<Buffer>([bytes, send, stored]);
  return [...forms].reduce((sum, { length }) => sum + length, 0);
}

/** What was decided meanwhile. `no_place`: they agreed, and no place among the calls came free in time. */
export type HoldEnd = Approval | 'no_place' | undefined;

/** Why waiting ends before anything is decided: its time is over, its client left, its caller is nobody any more. */
type Ending = { readonly over: Promise<undefined>; readonly giveUp: () => void };

function endingOf({ gone, cut }: Authorized): Ending {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const giveUp = (): void => resolve(undefined);
  for (const signal of [gone, cut.signal])
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  return { over: promise, giveUp };
}

function decisionOn(id: string, { over }: Ending, { approvals }: Parts): Promise<Approval | undefined> {
  const { promise, resolve } = Promise.withResolvers<Approval>();
  const forget = approvals.whenSettled(id, resolve);
  return Promise.race([promise, over]).finally(forget);
}

/** Among the calls that are on their way again: at once, or in line. */
function hasPlace(call: Authorized, place: HeldPlace, { over }: Ending, gateway: Parts): boolean | Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  if (gateway.admission.goesOn(call.id, () => resolve(true))) return true;
  place.until(gateway.monotonic() + gateway.limits.heldReturnMs);
  return Promise.race([promise, over.then(() => false)]);
}

/** Undefined also when nobody waits any more, or there is no room to wait in. */
export async function holdOpen(
  call: Authorized,
  message: RequestMessage,
  approval: Approval,
  gateway: Parts,
  holdMs: number,
): Promise<HoldEnd> {
  const { heldCalls, limits } = gateway;
  const waitMs = Math.min(holdMs, approval.expiresMs - gateway.clock());
  if (waitMs <= 0 || gateway.draining()) return undefined;
  const ending = endingOf(call);
  const { tell, everyMs } = tellingOf(call, message.progressTokenText, gateway);
  const place = heldCalls.enter(
    approval.id,
    {
      sent: call.masked.send,
      bytes: keptBytes(call, message.doc.bytes),
      over: ending.giveUp,
      requestKey: requestKey(call, message.idKey),
      tell,
    },
    { overMs: gateway.monotonic() + waitMs, tellEveryMs: everyMs },
  );
  if (place === undefined) return undefined;
  gateway.admission.holds(call.id);
  const takeUp = putDown(message, limits);
  try {
    const decided = await decisionOn(approval.id, ending, gateway);
    if (decided === undefined || !isUsable(decided, gateway.clock())) return decided;
    return (await hasPlace(call, place, ending, gateway)) ? decided : 'no_place';
  } finally {
    takeUp();
    place.leave();
    for (const signal of [call.gone, call.cut.signal]) signal.removeEventListener('abort', ending.giveUp);
    // In the modern era whoever closes the stream cancels the call (MCP 2026-07-28, Cancellation), but not that of others who
    // wait for the same; in the legacy one it may come back.
    const isWanted = heldCalls.waitingFor(approval.id) > 0;
    if (call.gone.aborted && call.era === 'modern' && !isWanted) await gateway.approvals.leave(approval.id);
  }
}
