/**
 * Follows the store of definitions: what another process saw, or an admin accepted there, is known here a poll later. While
 * it cannot be read, what is known stays; the same file says who is revoked, and without it nobody is let in.
 */
import type { Definitions } from '#definitions/definitions.ts';
import type { IdentityClock } from '#identity/clock.ts';
import type { IdentityLog } from '#identity/issuer-keys.ts';
import type { Limits } from '#limits.ts';

export type DefinitionWatch = {
  /** Reads everything, then polls. Rejects when the store cannot be read. */
  start(): Promise<void>;
  /** One poll, for tests that drive the clock. */
  poll(): Promise<void>;
  close(): void;
};

export function createDefinitionWatch(parts: {
  readonly definitions: Definitions;
  readonly clock: Pick<IdentityClock, 'after'>;
  readonly limits: Pick<Limits, 'statePollMs'>;
  readonly log: IdentityLog;
}): DefinitionWatch {
  const { definitions, clock, limits, log } = parts;
  let revision = 0;
  let isFailing = false;
  let isClosed = false;
  let cancel = (): void => undefined;

  const read = async (): Promise<void> => {
    const changed = await definitions.store.after(revision);
    revision = changed.at(-1)?.revision ?? revision;
    definitions.known.apply(changed);
  };
  const poll = async (): Promise<void> => {
    try {
      await read();
      if (isFailing) log.info({}, 'the store of definitions can be read again');
      isFailing = false;
    } catch (error) {
      if (!isFailing)
        log.warn(
          { error: error instanceof Error ? error.message : String(error) },
          'the store of definitions cannot be read',
        );
      isFailing = true;
    }
  };
  const again = (): void => {
    if (isClosed) return;
    cancel = clock.after(limits.statePollMs, () => void poll().finally(again));
  };

  return {
    async start() {
      await read();
      again();
    },
    poll,
    close() {
      isClosed = true;
      cancel();
    },
  };
}
