/**
 * How calls end when the gateway does: it says that it is not ready, then takes no new ones, waits for those on their
 * way, and ends what is left with an error its client can read. What is closed after that is compose.ts's.
 */
import type { Server } from 'node:http';
import type { Limits } from '#limits.ts';

export type StopParts = {
  readonly server: Server;
  /** Exchanges that have not ended. */
  readonly inFlight: () => number;
  readonly monotonic: () => number;
  readonly limits: Pick<Limits, 'readyGraceMs' | 'drainMs' | 'stopSettleMs'>;
  /** Not ready from here on. */
  readonly leave: () => void;
  /** No new calls from here on. */
  readonly refuse: () => void;
  /** What is still on its way has no more time. */
  readonly cut: () => void;
  /** Whoever is still connected is sent away. */
  readonly closeAll: () => void;
  /** Aborted when nobody wants to wait any longer. */
  readonly hurry: AbortSignal;
};

const POLL_MS = 20;

export async function stopCalls(parts: StopParts): Promise<void> {
  const { server, inFlight, limits, monotonic, hurry } = parts;
  const until = async (holds: () => boolean, ms: number): Promise<void> => {
    const deadline = monotonic() + ms;
    while (!holds() && monotonic() < deadline) {
      await new Promise((wake) => {
        setTimeout(wake, POLL_MS);
      });
    }
  };
  const isEmpty = (): boolean => inFlight() === 0;

  parts.leave();
  // Whoever asks /readyz is to see it before calls are refused.
  await until(() => hurry.aborted, limits.readyGraceMs);
  parts.refuse();
  await until(() => isEmpty() || hurry.aborted, limits.drainMs);
  server.close();
  parts.cut();
  // Time for the record and the error of each; a client that does not read gets no more of it.
  await until(isEmpty, limits.stopSettleMs);
  parts.closeAll();
  await until(isEmpty, limits.stopSettleMs);
}
