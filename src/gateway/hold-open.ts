/**
 * A held call waits with its answer for as long as clients commonly wait for one, so that a decision that comes soon needs
 * nobody's second try. Where the client takes a stream and names a progress token, it hears meanwhile that it waits.
 */
import type { Approval } from '#approvals/approval.ts';
import type { Authorized } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { takesStream } from '#gateway/steps/receive.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { encodeSseEvent } from '#mcp/sse.ts';

const WAITING = 'Waiting for an approval';

/**
 * Progress must grow with each notification (MCP, Progress), and what the server says later begins at zero: so ours stays below
 * it. `total` is left out: nobody knows how long people take.
 */
const progressText = (tokenText: string, count: number): string =>
  `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${tokenText},"progress":${count - 1_000_000},"message":${JSON.stringify(WAITING)}}}`;

/** Gives what ends it. */
function tellProgress({ reply }: Authorized, tokenText: string, everyMs: number): () => void {
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    void reply.event(encodeSseEvent({ data: Buffer.from(progressText(tokenText, count)) }), []);
  }, everyMs);
  return () => clearInterval(timer);
}

/** What was decided meanwhile; undefined when nothing was, or nobody waits any more. */
export async function holdOpen(
  call: Authorized,
  message: RequestMessage,
  approval: Approval,
  gateway: Pick<Gateway, 'approvals' | 'heldCalls' | 'clock' | 'limits' | 'stopping'>,
  holdMs: number,
): Promise<Approval | undefined> {
  const { approvalProgressMs } = gateway.limits;
  const waitMs = Math.min(holdMs, approval.expiresMs - gateway.clock());
  if (waitMs <= 0) return undefined;
  const over = AbortSignal.any([AbortSignal.timeout(waitMs), call.gone, call.cut.signal, gateway.stopping]);
  const isStream = takesStream(call.headers);
  if (isStream) call.reply.open([['x-gatebook-call', call.id]], 'when_quiet');
  const token = isStream ? message.progressTokenText : undefined;
  const endTelling = token === undefined ? () => undefined : tellProgress(call, token, approvalProgressMs);
  const leave = gateway.heldCalls.enter(approval.id, { sent: call.masked.send });
  try {
    return await gateway.approvals.settled(approval.id, over);
  } catch (error) {
    // A fault of the store is one; the end of waiting is none.
    if (over.aborted) return undefined;
    throw error;
  } finally {
    leave();
    endTelling();
    // In the modern era whoever closes the stream cancels the call (MCP 2026-07-28, Cancellation), but not that of others who
    // wait for the same; in the legacy one it may come back.
    const isWanted = gateway.heldCalls.waitingFor(approval.id) > 0;
    if (call.gone.aborted && call.era === 'modern' && !isWanted) await gateway.approvals.withdraw(approval.id);
  }
}
