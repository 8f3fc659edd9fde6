/**
 * Puts one gateway together out of what lasts (lasting.ts), the book (open-book.ts) and a generation of the configuration.
 * What can fail at a start is a refusal with an exit code; nothing of a half-made gateway stays open.
 */
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { ApprovalBooks } from '#bin/approval-books.ts';
import {
  approvalBooksOf,
  endOthersApprovals,
  endRevokedApprovals,
  followApprovals,
  openApprovals,
} from '#bin/approvals.ts';
import { openBindings } from '#bin/bindings.ts';
import { followCertificate } from '#bin/certificate.ts';
import type { Certificate } from '#bin/certificate.ts';
import type { ComposeOptions } from '#bin/compose-options.ts';
import { followDefinitions } from '#bin/definitions.ts';
import { makeGeneration } from '#bin/generation.ts';
import type { Generation, Lasting, StartRefusal } from '#bin/generation.ts';
import { followingMasker, lastingOf } from '#bin/lasting.ts';
import { callMetricsOf, watchState } from '#bin/metrics.ts';
import { indexerOf, openBook } from '#bin/open-book.ts';
import { createReloader } from '#bin/reload.ts';
import type { ReadConfig, ReloadOutcome } from '#bin/reload.ts';
import { createRevocations, openSharedState } from '#bin/revocations.ts';
import { stopCalls } from '#bin/stop.ts';
import { EXIT_LEDGER } from '#cli/exit-codes.ts';
import type { Indexer } from '#events/indexer.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { createHops, createHopServer } from '#gateway/hop.ts';
import { createInForce } from '#gateway/in-force.ts';
import type { InForce } from '#gateway/in-force.ts';
import { createOpenExchanges } from '#gateway/open-exchanges.ts';
import type { RevokeParts } from '#gateway/revoke.ts';
import { createFleetListener, createGatewayServer, createListener, mountedTogether } from '#gateway/server.ts';
import type { Listener } from '#gateway/server.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { controlEntry } from '#ledger/own-records.ts';
import { pooledRandom, systemRandom } from '#ledger/random.ts';
import { createApprovalMetrics } from '#metrics/approval-metrics.ts';
import { createNoticeMetrics } from '#metrics/notice-metrics.ts';
import { createExposition, createRegistry } from '#metrics/exposition.ts';
import type { Exposition } from '#metrics/exposition.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type ComposedGateway = {
  /** The one in force. */
  readonly gateway: Gateway;
  readonly server: Server;
  /** Where other workers bring what belongs to this one; undefined when there are none. */
  readonly hops: { readonly server: Server; readonly path: string } | undefined;
  /** What `/metrics` says of this process. */
  readonly metrics: Exposition;
  readonly ledger: Ledger;
  readonly indexer: Indexer;
  readonly revocations: RevokeParts;
  /** Puts what `read` gives in force, or says why not; never throws. */
  reload(read: ReadConfig): Promise<ReloadOutcome>;
  /**
   * Stops taking calls, waits for those on their way up to `drainMs`, writes what is pending, closes everything. Called
   * again meanwhile, it waits for calls no longer.
   */
  stop(): Promise<void>;
};

const REFUSAL_FLUSH_MS = 5_000;

/** The ways between this worker and the others. */
function fleetOf({ loaded: { limits }, worker }: ComposeOptions, here: Listener, inForce: InForce) {
  if (worker === undefined || worker.count === 1) return undefined;
  const socketOf = (number: number): string => join(worker.socketFolder, `${number}.sock`);
  const hops = createHops(socketOf);
  const server = createHopServer(here, limits);
  return {
    listener: createFleetListener(here, inForce, worker, hops),
    hops: { server, path: socketOf(worker.own) },
    close(): void {
      hops.close();
      server.closeAllConnections();
    },
  };
}

export async function composeGateway(options: ComposeOptions): Promise<Result<ComposedGateway, StartRefusal>> {
  const { loaded, log } = options;
  const shared = await openSharedState(loaded, log);
  if (!shared.ok) return shared;
  const bindingStore = openBindings(loaded);
  if (!bindingStore.ok) {
    await shared.value.state.close();
    return bindingStore;
  }
  const closeState = async (): Promise<void> => {
    await bindingStore.value.close();
    await shared.value.state.close();
  };
  const book = await openBook(options);
  if (!book.ok) {
    await closeState();
    return book;
  }
  const { ledger, keyring, maskingKey } = book.value;
  const approvalStore = openApprovals(loaded, maskingKey, pooledRandom(systemRandom));
  if (!approvalStore.ok) {
    await ledger.close();
    await keyring.close();
    await closeState();
    return approvalStore;
  }
  const indexer = indexerOf(options, ledger);
  const closeBook = async (): Promise<void> => {
    await ledger.close();
    await indexer.close();
    await keyring.close();
  };

  const stopping = new AbortController();
  const hurry = new AbortController();
  let isLeaving = false;
  let isDraining = false;
  let current: () => Pick<Generation, 'gateway' | 'loaded'> = () => {
    throw new Error('no call is served before the start');
  };
  const registry = createRegistry();
  let books: ApprovalBooks | undefined;
  const stores = {
    bindingStore: bindingStore.value,
    approvalStore: approvalStore.value,
    areBooksRead: () => books?.areRead() ?? false,
  };
  const state = {
    inForce: () => current().gateway,
    currentConfig: () => current().loaded,
    currentMasker: followingMasker(() => current().gateway.masker),
    metrics: callMetricsOf(registry, loaded.limits, () => current().loaded.config),
    leaving: () => isLeaving,
    draining: () => isDraining,
    stopping: stopping.signal,
  };
  const counts = createApprovalMetrics(registry, { pending: () => approvalStore.value.countWaiting() });
  const common = lastingOf(options, book.value, stores, state, counts);
  const revocations = createRevocations(shared.value, { ...common, limits: loaded.limits }, () => current().gateway);
  const followed = followDefinitions(loaded, log);
  const lasting: Lasting = { ...common, revocations: revocations.parts, definitions: followed.definitions };
  const first = await makeGeneration(loaded, lasting);
  if (!first.ok) {
    await followed.stop();
    await lasting.notices.stop();
    await lasting.clientStore.close();
    await approvalStore.value.close();
    await closeState();
    await lasting.oauth.rows.close();
    await lasting.webStore.close();
    await lasting.signInState.close();
    await lasting.maskThreads.close();
    await lasting.apiReads.close();
    await lasting.apiKeys.close();
    await closeBook();
    return first;
  }
  const inForce = createInForce(first.value.gateway);
  let certificate: Certificate | undefined;
  const reloader = createReloader(first.value, lasting, inForce, (next) => {
    certificate?.use(next.loaded);
    // What may not go on under the new one ends with its beginning.
    lasting.admission.endOver();
    // They were let in by roles that may be others now: whoever still may comes back.
    lasting.apiAdmission.cutLasting();
    endOthersApprovals(lasting.approvals, next.loaded.policyVersion, log);
    lasting.notices.use(next.loaded);
  });
  current = () => reloader.current();
  watchState(registry, {
    gateway: () => inForce.current(),
    ledger,
    indexer,
    budget: lasting.budget,
    brokenGlass: lasting.brokenGlass,
    certificate: () => certificate,
  });
  createNoticeMetrics(registry, lasting.notices);
  const listener = createListener(
    inForce,
    mountedTogether(() => {
      const { api, signIn } = reloader.current();
      return signIn === undefined ? [api] : [api, signIn];
    }),
  );
  const fleet = fleetOf(options, listener, inForce);
  const exchanges = createOpenExchanges(fleet?.listener ?? listener);
  const { server, secure, closeAll } = createGatewayServer(inForce, exchanges.listener, loaded.tls.server);
  if (secure !== undefined && loaded.tls.server !== undefined)
    certificate = followCertificate(secure, loaded, loaded.tls.server, lasting);
  books = approvalBooksOf(options, { ledger, keyring }, approvalStore.value, lasting);
  await books.start();
  const unfollow = followApprovals(lasting.approvals, books, loaded.limits);
  const flushing = setInterval(() => {
    lasting.refusals.flush();
    lasting.throttles.flush();
    lasting.apiKeys.writeUses();
  }, REFUSAL_FLUSH_MS);
  flushing.unref();

  const endAll = async (): Promise<void> => {
    clearInterval(flushing);
    certificate?.close();
    await stopCalls({
      server,
      inFlight: () => lasting.admission.inFlight() + lasting.resumables.ending() + exchanges.count(),
      monotonic: lasting.monotonic,
      limits: inForce.current().limits,
      leave: () => {
        isLeaving = true;
        exchanges.leave();
      },
      refuse: () => {
        isDraining = true;
        lasting.heldCalls.endAll();
        lasting.admission.cutLasting();
        lasting.apiAdmission.cutLasting();
      },
      cut: () => {
        stopping.abort();
        lasting.admission.cutAll();
        lasting.resumables.endAll();
        lasting.apiAdmission.cutAll();
      },
      closeAll: () => {
        closeAll();
        fleet?.close();
      },
      hurry: hurry.signal,
    });
    fleet?.hops.server.close();
    await lasting.maskThreads.close();
    await lasting.apiReads.close();
    await reloader.close();
    await followed.stop();
    await lasting.apiKeys.close();
    await revocations.stop();
    await lasting.notices.stop();
    await unfollow();
    await approvalStore.value.close();
    await bindingStore.value.close();
    await lasting.clientStore.close();
    lasting.brokenGlass.close();
    await lasting.oauth.rows.close();
    await lasting.webStore.close();
    await lasting.signInState.close();
    lasting.refusals.flush(true);
    lasting.throttles.flush(true);
    await closeBook();
  };
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    if (stopped !== undefined) hurry.abort();
    return (stopped ??= endAll());
  };
  const known = await followed.start();
  if (!known.ok) {
    await stop();
    return known;
  }
  const following = await revocations.start(
    () => {
      lasting.admission.endOver();
      lasting.apiAdmission.endOver();
    },
    (revoked) => endRevokedApprovals(lasting.approvals, revoked, log),
  );
  if (!following.ok) {
    await stop();
    return following;
  }
  const { policyVersion, configVersion } = loaded;
  const workers = options.worker?.count ?? 1;
  endOthersApprovals(lasting.approvals, policyVersion, log);
  lasting.notices.use(loaded);
  const recorded = await ledger.append(
    controlEntry(
      lasting.newId(),
      'policy',
      // A verifier has to know whether what this book does not tell may stand in another.
      { policy: policyVersion, config: configVersion, ...(workers > 1 ? { workers } : {}) },
      policyVersion,
    ),
  );
  if (!recorded.ok) {
    await stop();
    return err({ exit: EXIT_LEDGER, message: `the ledger takes no records: ${recorded.error.reason}` });
  }
  return ok({
    get gateway() {
      return inForce.current();
    },
    server,
    hops: fleet?.hops,
    metrics: createExposition(registry, { monotonicMs: lasting.monotonic, freshMs: loaded.limits.metricsFreshMs }),
    ledger,
    indexer,
    revocations: revocations.parts,
    reload: (read) => reloader.reload(read),
    stop,
  });
}
