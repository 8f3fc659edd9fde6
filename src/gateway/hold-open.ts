/**
 * A held call waits with its answer for as long as clients commonly wait for one, so that a decision that comes soon needs
 * nobody's second try. It waits apart from the calls that are on their way, and takes its place among them again when it goes
 * on. Where the client takes a stream it hears meanwhile that it waits: in words when it names a progress token.
 */
import { isUsable } from '#approvals/transitions.ts';
import type { Approval } from '#approvals/approval.ts';
import type { Authorized } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { HeldCall, HeldPlace } from '#gateway/held-calls.ts';
import { letGoOfHead, putDown } from '#gateway/put-down.ts';
import { requestKey } from '#gateway/session-binding.ts';
import { takesStream } from '#gateway/steps/receive.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { ownText } from '#mcp/own-text.ts';
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

/** Of the message, where masking left one form for all uses. */
function keptBytes({ masked: { send, stored } }: Authorized, bytes: Buffer): number {
  const forms = new Set<Buffer>([bytes, send, stored]);
  return [...forms].reduce((sum, { length }) => sum + length, 0);
}

/** What was decided meanwhile. `no_place`: they agreed, and no place among the calls came free in time. */
export type HoldEnd = Approval | 'no_place' | undefined;

const nothing = (): void => undefined;

/**
 * A call while it waits. Waiting ends before anything is decided when its time is over, its client left, or its caller is
 * nobody any more. A class that waits for one thing at a time, since there are ten thousand.
 */
class OpenHold implements HeldCall {
  readonly sent: Buffer;
  readonly bytes: number;
  readonly requestKey: string;
  readonly #call: Authorized;
  readonly #token: string | undefined;
  #count = 0;
  #isOver = false;
  #giveUp: (nothing: undefined) => void = nothing;
  #forget = nothing;

  constructor(call: Authorized, message: RequestMessage) {
    this.sent = call.masked.send;
    this.bytes = keptBytes(call, message.doc.bytes);
    this.requestKey = ownText(requestKey(call, message.idKey));
    this.#call = call;
    this.#token = message.progressTokenText === undefined ? undefined : ownText(message.progressTokenText);
    for (const signal of [call.gone, call.cut.signal])
      if (signal.aborted) this.over();
      else signal.addEventListener('abort', this, { once: true });
  }

  /** Its client or its caller is not there any more. */
  handleEvent(): void {
    this.over();
  }
  over(): void {
    this.#isOver = true;
    this.#giveUp(undefined);
  }

  tellEveryMs({ approvalProgressMs, streamQuietMs }: Parts['limits']): number {
    if (!takesStream(this.#call.headers)) return Number.POSITIVE_INFINITY;
    return this.#token === undefined ? streamQuietMs : approvalProgressMs;
  }
  tell(): void {
    const { id, reply } = this.#call;
    const head: readonly HeaderPair[] = [['x-gatebook-call', id]];
    if (this.#token === undefined) return reply.comment(head);
    this.#count += 1;
    void reply.event(encodeSseEvent({ data: Buffer.from(progressText(this.#token, this.#count)) }), head);
  }

  decisionOn(approval: string, { approvals }: Parts): Promise<Approval | undefined> {
    return new Promise((resolve) => {
      this.#giveUp = resolve;
      if (this.#isOver) resolve(undefined);
      else this.#forget = approvals.whenSettled(approval, resolve);
    });
  }

  /** Among the calls that are on their way again: at once, or in line. */
  hasPlace(place: HeldPlace, { admission, monotonic, limits }: Parts): boolean | Promise<true | undefined> {
    const { promise, resolve } = Promise.withResolvers<true | undefined>();
    if (admission.goesOn(this.#call.id, () => resolve(true))) return true;
    this.#giveUp = resolve;
    if (this.#isOver) resolve(undefined);
    else place.until(monotonic() + limits.heldReturnMs);
    return promise;
  }

  end(): void {
    this.#forget();
    for (const signal of [this.#call.gone, this.#call.cut.signal]) signal.removeEventListener('abort', this);
  }
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
  const hold = new OpenHold(call, message);
  const times = { overMs: gateway.monotonic() + waitMs, tellEveryMs: hold.tellEveryMs(limits) };
  const place = heldCalls.enter(approval.id, hold, times);
  if (place === undefined) {
    hold.end();
    return undefined;
  }
  gateway.admission.holds(call.id);
  const takeUp = putDown(message, limits);
  letGoOfHead(call.http.request);
  try {
    const decided = await hold.decisionOn(approval.id, gateway);
    if (decided === undefined || !isUsable(decided, gateway.clock())) return decided;
    return (await hold.hasPlace(place, gateway)) === true ? decided : 'no_place';
  } finally {
    takeUp();
    place.leave();
    hold.end();
    // In the modern era whoever closes the stream cancels the call (MCP 2026-07-28, Cancellation), but not that of others who
    // wait for the same; in the legacy one it may come back.
    const isWanted = heldCalls.waitingFor(approval.id) > 0;
    if (call.gone.aborted && call.era === 'modern' && !isWanted) await gateway.approvals.leave(approval.id);
  }
}
