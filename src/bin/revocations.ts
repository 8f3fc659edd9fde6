/** The state of the data directory, opened and followed: where revocations are kept and how they reach this process. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenApiKeys } from '#bin/api-keys.ts';
import type { StartRefusal } from '#bin/generation.ts';
import { EXIT_LEDGER, EXIT_UNAVAILABLE } from '#cli/exit-codes.ts';
import type { LoadedConfig } from '#config/load.ts';
import { endRevoked } from '#gateway/end-revoked.ts';
import type { Gateway, Log } from '#gateway/gateway.ts';
import { settleRevocations } from '#gateway/revoke.ts';
import type { RevokeParts } from '#gateway/revoke.ts';
import { systemIdentityClock } from '#identity/clock.ts';
import type { Epochs } from '#identity/epochs.ts';
import type { RevocationInForce } from '#identity/revocation.ts';
import { createRevocationWatch } from '#identity/revocation-watch.ts';
import type { Masker } from '#masking/masker.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { shardsIn } from '#ledger/places.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { openState } from '#store/open-state.ts';
import type { OpenedState } from '#store/open-state.ts';

/** Before the ledger is opened: whether this is a fresh data directory is asked before anything makes it an old one. */
export async function openSharedState(loaded: LoadedConfig, log: Log): Promise<Result<OpenedState, StartRefusal>> {
  const { data } = loaded.config;
  const path = join(data, 'state.db');
  try {
    mkdirSync(data, { recursive: true, mode: 0o750 });
    const books = await shardsIn(nodeDisk, data);
    return ok(
      openState({
        path,
        markerPath: join(data, 'keys', 'state.mark'),
        limits: loaded.limits,
        hasBook: books.length > 0,
        log,
      }),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err({
      exit: EXIT_UNAVAILABLE,
      message: `${path} cannot be used: ${why}. Restore it from its backup, or move it away: then every token issued until now is revoked`,
    });
  }
}

export type Revocations = {
  readonly parts: RevokeParts;
  /**
   * From here on revocations reach the epochs, and what they end ends. Before the first call. `endOver` ends the calls of
   * whoever is nobody any more; `ended` hears what was revoked.
   */
  start(
    endOver: () => void,
    ended: (revocations: readonly RevocationInForce[]) => void,
  ): Promise<Result<true, StartRefusal>>;
  stop(): Promise<void>;
};

/** `gateway` gives the one in force; it is asked for from `start` on. */
export function createRevocations(
  { state, lost }: OpenedState,
  lasting: Pick<Gateway, 'clock' | 'monotonic' | 'newId' | 'ledger' | 'limits' | 'log'> & {
    readonly apiKeys: Pick<OpenApiKeys, 'endRevoked'>;
    readonly epochs: Epochs;
    readonly currentMasker: Masker;
  },
  gateway: () => Gateway,
): Revocations {
  const { clock, epochs, ledger, limits, log, monotonic, newId } = lasting;
  const watch = createRevocationWatch({ store: state, epochs, clock: systemIdentityClock, monotonic, limits, log });
  const parts: RevokeParts = {
    clock,
    newId,
    ledger,
    masker: lasting.currentMasker,
    get limits() {
      return gateway().limits;
    },
    log,
    store: state,
    watch,
    secrets: () => [...gateway().connections.values()].flatMap((connection) => connection.secrets),
  };
  let checking: NodeJS.Timeout | undefined;
  return {
    parts,
    async start(endOver, ended) {
      watch.onRevoked((revocations) => {
        endOver();
        endRevoked(revocations, gateway());
        lasting.apiKeys.endRevoked(revocations);
        ended(revocations);
      });
      try {
        await watch.start();
      } catch (error) {
        return err({ exit: EXIT_UNAVAILABLE, message: `state.db cannot be read: ${String(error)}` });
      }
      const settled = await settleRevocations(lost, parts);
      if (!settled.ok)
        return err({ exit: EXIT_LEDGER, message: `revocations could not be settled: ${settled.error.reason}` });
      checking = setInterval(endOver, limits.callerCheckMs);
      checking.unref();
      return ok(true);
    },
    async stop() {
      clearInterval(checking);
      watch.close();
      await state.close();
    },
  };
}
