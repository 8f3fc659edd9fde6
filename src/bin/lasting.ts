/** What lasts from the start to the stop of a process, whatever is reloaded in between. Plain wiring. */
import { join } from 'node:path';
import { openApiKeys } from '#bin/api-keys.ts';
import { lastingClients } from '#bin/clients.ts';
import type { ApprovalStore } from '#approvals/approval.ts';
import type { ApprovalWatch } from '#approvals/approval-parts.ts';
import { createFingerprints } from '#approvals/fingerprint.ts';
import { createHoldStates } from '#approvals/hold-state.ts';
import { openApiReads } from '#bin/api-reads.ts';
import { approvalsOf } from '#bin/approvals.ts';
import type { ComposeOptions } from '#bin/compose-options.ts';
import type { Lasting } from '#bin/generation.ts';
import { openNotices } from '#bin/notices.ts';
import type { OpenBook } from '#bin/open-book.ts';
import { signInLasting } from '#bin/sign-in-lasting.ts';
import { version } from '#bin/version.ts';
import { createBindingKeys } from '#bindings/binding-keys.ts';
import type { BindingStore } from '#bindings/binding.ts';
import { createBindings } from '#bindings/bindings.ts';
import type { LoadedConfig } from '#config/load.ts';
import { createAdmission } from '#gateway/admission.ts';
import { createAskedIds } from '#gateway/asked-ids.ts';
import { endedSession } from '#gateway/ended-session.ts';
import { strangerEntry, throttledEntry } from '#gateway/entries.ts';
import { createEventIds } from '#gateway/event-ids.ts';
import { ALONE, sessionPrefix } from '#gateway/fleet.ts';
import { createHeldCalls } from '#gateway/held-calls.ts';
import { createOwnAnswers } from '#gateway/own-answers.ts';
import { createOwnQuestions } from '#gateway/own-questions.ts';
import { createQuotas } from '#gateway/quotas.ts';
import { createRecentCalls } from '#gateway/recent-calls.ts';
import { createRefusalBook } from '#gateway/refusal-book.ts';
import { createResumableCalls } from '#gateway/resumable-calls.ts';
import { createSessions } from '#gateway/sessions.ts';
import { createThrottleBook } from '#gateway/throttle-book.ts';
import { createTracing } from '#gateway/tracing.ts';
import { systemIdentityClock } from '#identity/clock.ts';
import { createEpochs } from '#identity/epochs.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import { createMaskThreads } from '#mask-threads/mask-threads.ts';
import type { Masker } from '#masking/masker.ts';
import { createSecretSets } from '#masking/secret-set.ts';
import { openBrokenGlass } from '#store/broken-glass-table.ts';
import { createPlaceBudget } from '#upstream/place-budget.ts';

/** Masks with whatever generation is in force at each use. */
export const followingMasker = (current: () => Masker): Masker => ({
  secretsOf: createSecretSets(),
  maskMessage: (doc, context) => current().maskMessage(doc, context),
  maskAnySize: (doc, context, owner, unwanted) => current().maskAnySize(doc, context, owner, unwanted),
  maskHeader: (header, secrets) => current().maskHeader(header, secrets),
  maskText: (text, secrets) => current().maskText(text, secrets),
  maskStoredText: (text, secrets) => current().maskStoredText(text, secrets),
  maskSentText: (text, connection, secrets) => current().maskSentText(text, connection, secrets),
});

function brokenGlassOf({ config, limits }: LoadedConfig): Lasting['brokenGlass'] {
  let broken = 0;
  return {
    ...openBrokenGlass(join(config.data, 'state.db'), limits),
    alarm: () => (broken += 1),
    broken: () => broken,
  };
}

/** What lasts from the start to the stop, whatever is reloaded in between. */
export function lastingOf(
  { loaded, disk, log, env, worker, identityClock = systemIdentityClock, documentNetwork }: ComposeOptions,
  { ledger, maskingKey }: OpenBook,
  stores: {
    readonly bindingStore: BindingStore;
    readonly approvalStore: ApprovalStore;
    /** Whether what is kept of approvals agrees with the books. */
    readonly areBooksRead: () => boolean;
  },
  state: Pick<Lasting, 'inForce' | 'currentConfig' | 'currentMasker' | 'leaving' | 'draining' | 'metrics' | 'stopping'>,
  counts: ApprovalWatch,
): Omit<Lasting, 'revocations' | 'definitions'> {
  const { bindingStore, approvalStore, areBooksRead } = stores;
  const random = pooledRandom(systemRandom);
  const newId = (): string => callId(random);
  const clock = (): number => Date.now();
  const monotonic = (): number => performance.now();
  const { limits } = loaded;
  const resumables = createResumableCalls(limits);
  const asked = createAskedIds(limits);
  const apiKeys = openApiKeys({ loaded, maskingKey, random, clock, log, current: state.currentConfig });
  // A sign-in of our own may outlive any issuer's token: no epoch that covers one is forgotten before it.
  const epochs = createEpochs({ ...limits, tokenLifetimeMs: limits.revocationKeptMs });
  const brokenGlass = brokenGlassOf(loaded);
  const signIn = signInLasting({
    dataDirectory: loaded.config.data,
    limits,
    maskingKey,
    random,
    clock,
    inForce: state.inForce,
    accounts: () => state.currentConfig().config.serviceAccounts,
    epochs,
    idleMinutes: loaded.config.signIn?.webIdleMinutes ?? 60,
    newId,
    log,
  });
  const approvals = approvalsOf(approvalStore, {
    ...state,
    areBooksRead,
    brokenGlass,
    counts,
    clock,
    epochs,
    newId,
    ledger,
    limits,
    log,
  });
  return {
    ...state,
    ...signIn,
    clock,
    monotonic,
    newId,
    ledger,
    maskingKey,
    random,
    maskThreads: createMaskThreads({
      limits,
      onFailure: (reason) => log.error({ reason }, 'a thread that masks large messages ended; its message was refused'),
    }),
    sessions: createSessions({
      limits,
      clock,
      newId,
      prefix: sessionPrefix(worker ?? ALONE),
      ended: endedSession({ resumables, asked }),
    }),
    eventIds: createEventIds({ key: random(32), prefix: sessionPrefix(worker ?? ALONE), limits }),
    resumables,
    asked,
    ownAnswers: createOwnAnswers(limits),
    ownQuestions: createOwnQuestions(),
    ...lastingClients(loaded, maskingKey, documentNetwork),
    approvals,
    notices: openNotices({
      ...state,
      loaded,
      maskingKey,
      random,
      approvalStore,
      approvals,
      clock,
      newId,
      ledger,
      log,
    }),
    heldCalls: createHeldCalls({ limits, monotonic }),
    fingerprints: createFingerprints(maskingKey),
    holdStates: createHoldStates(maskingKey, random),
    bindings: createBindings({
      store: bindingStore,
      keys: createBindingKeys(maskingKey, random),
      limits,
      clock,
    }),
    admission: createAdmission(limits),
    apiAdmission: createAdmission({
      callsInFlight: limits.apiRequestsInFlight,
      callsInFlightPerCaller: limits.apiRequestsPerCaller,
      streamsPerCaller: limits.apiRequestsPerCaller,
      // Of what is asked of the API this lasts.
      listeners: limits.approvalWatchers,
      listenersPerCaller: limits.approvalWatchersPerCaller,
    }),
    quotas: createQuotas(limits),
    recentCalls: createRecentCalls(limits),
    brokenGlass,
    apiReads: openApiReads({ loaded, disk, ledger, maskingKey, clock, monotonic, log }),
    refusals: createRefusalBook({
      limits,
      clock,
      entry: (refusal, count, windowMs) => strangerEntry(state.currentMasker, newId(), refusal, count, windowMs),
      append: (entry) => ledger.appendUnwaited(entry),
    }),
    throttles: createThrottleBook({
      limits,
      clock,
      entry: (refusal, count, windowMs) => throttledEntry(state.currentMasker, newId(), refusal, count, windowMs),
      append: (entry) => ledger.appendUnwaited(entry),
    }),
    tracing: createTracing(version()),
    budget: createPlaceBudget({ total: limits.stdioProcesses, perOwner: limits.stdioProcessesPerCaller }),
    identityClock,
    epochs,
    apiKeys,
    ownTokens: { api_key: apiKeys.keys, access_token: signIn.accessTokens, web_session: signIn.webSessions.callers },
    log,
    env,
    atExit: (run) => {
      process.once('exit', run);
      return () => process.off('exit', run);
    },
  };
}
