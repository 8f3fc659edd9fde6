/**
 * Follows the store of revocations: what another process put in force is in this one's epochs a poll later. While the
 * store cannot be read for too long, the epochs count as unknown and nobody is let in; reading again ends that.
 */
import type { IdentityClock } from '#identity/clock.ts';
import { raiseEpoch } from '#identity/epochs.ts';
import type { Epochs } from '#identity/epochs.ts';
import type { IdentityLog } from '#identity/issuer-keys.ts';
import type { RevocationInForce, RevocationStore } from '#identity/revocation.ts';
import type { Limits } from '#limits.ts';

export type RevocationWatchParts = {
  readonly store: Pick<RevocationStore, 'inForceAfter'>;
  readonly epochs: Epochs;
  readonly clock: Pick<IdentityClock, 'after'>;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  readonly limits: Pick<Limits, 'statePollMs' | 'stateStaleMs'>;
  readonly log: IdentityLog;
};

export type RevocationWatch = {
  /** Reads everything in force, then polls. Rejects when the store cannot be read. */
  start(): Promise<void>;
  /** What this process itself put in force, without waiting for the poll. */
  apply(revocation: RevocationInForce): void;
  /** Called after the epochs of new revocations were raised. */
  onRevoked(listener: (revocations: readonly RevocationInForce[]) => void): void;
  /** One poll, for tests that drive the clock. */
  poll(): Promise<void>;
  close(): void;
};

export function createRevocationWatch(parts: RevocationWatchParts): RevocationWatch {
  const { store, epochs, clock, monotonic, limits, log } = parts;
  const listeners: ((revocations: readonly RevocationInForce[]) => void)[] = [];
  let revision = 0;
  let failingSinceMs: number | undefined;
  let isPolling = false;
  let cancel = (): void => undefined;

  const raise = (revocations: readonly RevocationInForce[]): void => {
    if (revocations.length === 0) return;
    for (const { scope, epochMs } of revocations) raiseEpoch(epochs, scope, epochMs);
    for (const listener of listeners) listener(revocations);
  };
  const read = async (): Promise<void> => {
    const revocations = await store.inForceAfter(revision);
    revision = revocations.at(-1)?.revision ?? revision;
    raise(revocations);
  };

  const failed = (error: unknown): void => {
    const nowMs = monotonic();
    if (failingSinceMs === undefined) {
      failingSinceMs = nowMs;
      log.warn({ error: messageOf(error) }, 'the store of revocations cannot be read');
    }
    if (!epochs.areKnown() || nowMs - failingSinceMs < limits.stateStaleMs) return;
    epochs.setKnown(false);
    log.warn(
      { error: messageOf(error) },
      'nobody is let in and open calls end, because revocations cannot be read; once they can, this ends by itself',
    );
  };
  const poll = async (): Promise<void> => {
    isPolling = true;
    try {
      await read();
    } catch (error) {
      return failed(error);
    } finally {
      isPolling = false;
    }
    if (failingSinceMs !== undefined) log.info({}, 'the store of revocations can be read again');
    failingSinceMs = undefined;
    epochs.setKnown(true);
  };
  const again = (): void => {
    cancel = clock.after(limits.statePollMs, () => {
      again();
      if (isPolling) failed(new Error('no answer'));
      else void poll();
    });
  };

  return {
    async start() {
      await read();
      again();
    },
    apply(revocation) {
      // With others before it that were not read yet, it comes once more with them: raising twice is raising once.
      if (revocation.revision === revision + 1) revision += 1;
      raise([revocation]);
    },
    onRevoked: (listener) => void listeners.push(listener),
    poll,
    close: () => cancel(),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
