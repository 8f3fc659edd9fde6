/** Calls that wait for people: where they are kept, and what keeps them up with time, reloads and revocations. */
import { join } from 'node:path';
import { createApprovalBooks, tellsOfApprovals } from '#bin/approval-books.ts';
import type { ApprovalBooks } from '#bin/approval-books.ts';
import type { ComposeOptions } from '#bin/compose-options.ts';
import type { Lasting, StartRefusal } from '#bin/generation.ts';
import type { OpenBook } from '#bin/open-book.ts';
import { createApprovalKeys } from '#approvals/approval-keys.ts';
import type { ApprovalStore } from '#approvals/approval.ts';
import { createApprovals } from '#approvals/approvals.ts';
import type { ApprovalWatch } from '#approvals/approval-parts.ts';
import type { Approvals } from '#approvals/approvals.ts';
import type { Decider } from '#approvals/transitions.ts';
import { rolesOf } from '#api/roles.ts';
import { EXIT_UNAVAILABLE } from '#cli/exit-codes.ts';
import type { LoadedConfig } from '#config/load.ts';
import { approvalActEntry } from '#gateway/approval-entries.ts';
import { callerKey } from '#identity/caller.ts';
import { covers } from '#identity/revocation.ts';
import type { RevocationInForce } from '#identity/revocation.ts';
import type { KeyOpener } from '#ledger/keyring.ts';
import { openKeyReader } from '#ledger/open-keys.ts';
import { keysDirectory, ledgerDirectory, masterKeyDirectory, shardOfWorker, shardsIn } from '#ledger/places.ts';
import { createLedgerReader } from '#ledger/reader.ts';
import type { LedgerReader } from '#ledger/reader.ts';
import { glassInForce } from '#policy/glass-in-force.ts';
import { recordId } from '#ledger/record.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { openApprovalStore } from '#store/approval-store.ts';

/** After the state was opened: it is that one that says whether the file can be trusted. */
export function openApprovals(
  loaded: LoadedConfig,
  maskingKey: Uint8Array,
  random: (count: number) => Uint8Array,
): Result<ApprovalStore, StartRefusal> {
  const path = join(loaded.config.data, 'state.db');
  try {
    return ok(openApprovalStore({ path, limits: loaded.limits, keys: createApprovalKeys(maskingKey, random) }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err({ exit: EXIT_UNAVAILABLE, message: `${path} cannot be used: ${why}` });
  }
}

type Parts = Pick<
  Lasting,
  'brokenGlass' | 'clock' | 'currentConfig' | 'currentMasker' | 'epochs' | 'inForce' | 'ledger' | 'log' | 'newId'
> &
  Pick<LoadedConfig, 'limits'> & { readonly areBooksRead: () => boolean; readonly counts: ApprovalWatch };

export function approvalsOf(store: ApprovalStore, parts: Parts): Approvals {
  const { clock, counts, newId, ledger, currentMasker, inForce, limits, log } = parts;
  return createApprovals({
    isReconciled: parts.areBooksRead,
    store,
    clock,
    limits,
    samePeople: () => inForce().holds.samePeople,
    glassOf: (by) => glassOf(by, parts),
    async record(act, approval, by) {
      const recorded = await ledger.append(approvalActEntry(newId(), currentMasker, act, approval, by));
      return recorded.ok ? ok(recordId(recorded.value)) : err(recorded.error.reason);
    },
    onFault: (what, error) => log.error({ error: String(error) }, what),
    watch: {
      ...counts,
      flooded(approval) {
        counts.flooded(approval);
        const { id, flood } = approval;
        log.warn({ approval: id, of: flood?.of }, 'more is asked of those who approve than they can look at');
      },
      decidedByGlass(approval, glass) {
        counts.decidedByGlass(approval, glass);
        const { id } = approval;
        log.error({ approval: id, glass }, 'BREAK GLASS: a held call is decided by somebody who could not otherwise');
      },
    },
  });
}

/** Whoever may break the glass no longer, or watches, decides nothing by what they broke before. */
function glassOf(by: Decider, parts: Parts): string | undefined {
  const roles = rolesOf(by, parts.currentConfig().config.roles);
  if (!roles.has('breakGlass') || roles.has('auditor')) return undefined;
  try {
    return glassInForce(by, parts)?.record;
  } catch (error) {
    parts.log.error({ error: String(error) }, 'broken glass cannot be looked up');
    return undefined;
  }
}

/** Follows time and other processes. Gives what ends that. */
export function followApprovals(
  approvals: Approvals,
  books: ApprovalBooks,
  { statePollMs }: LoadedConfig['limits'],
): () => Promise<void> {
  let polling: Promise<void> | undefined;
  const timer = setInterval(() => {
    polling ??= Promise.all([approvals.poll(), books.follow()]).then(() => (polling = undefined));
  }, statePollMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await polling;
    await books.stop();
  };
}

/** The books of this data directory as approvals are held against them. `book`: the one this process writes. */
export function approvalBooksOf(
  { loaded, disk, worker }: ComposeOptions,
  book: Pick<OpenBook, 'ledger' | 'keyring'>,
  store: ApprovalStore,
  lasting: Pick<Lasting, 'approvals' | 'newId' | 'monotonic' | 'log'>,
): ApprovalBooks {
  const { config, limits, secrets } = loaded;
  const { data, deployment, shard: firstShard } = config;
  const { ledger, keyring } = book;
  const { approvals, newId, monotonic, log } = lasting;
  const shards = Array.from({ length: worker?.count ?? 1 }, (_, at) => shardOfWorker(firstShard, at + 1));
  const readerOf = (shard: string, keys: KeyOpener): LedgerReader =>
    createLedgerReader({
      disk,
      dir: ledgerDirectory(data, shard),
      origin: `${deployment}/${shard}`,
      keys,
      opens: tellsOfApprovals,
    });
  return createApprovalBooks({
    store,
    approvals,
    ledger,
    reader: readerOf(ledger.shard, keyring),
    async leftOver() {
      const others = worker === undefined || worker.own === 1 ? await shardsIn(disk, data) : [];
      const masterKey = secrets.masterKey?.reveal();
      const opened = others
        .filter((shard) => !shards.includes(shard))
        .map(async (shard): Promise<readonly [string, LedgerReader]> => {
          const keys = await openKeyReader({
            disk,
            dir: keysDirectory(data, shard, firstShard),
            masterDir: masterKeyDirectory(data),
            ...(masterKey === undefined ? {} : { masterKey }),
          });
          if (!keys.ok) throw new Error(keys.error.message);
          return [shard, readerOf(shard, keys.value)];
        });
      return new Map(await Promise.all(opened));
    },
    // The folder is made at each start of all processes and named at random.
    run: worker?.socketFolder ?? newId(),
    shards,
    monotonic,
    limits,
    log,
  });
}

const logFault = (log: Lasting['log']) => (error: unknown) =>
  log.error({ error: String(error) }, 'approvals cannot be ended');

/** A policy that is not in force any more holds and permits nothing: what was asked under it is asked anew. */
export const endOthersApprovals = (approvals: Approvals, policy: string, log: Lasting['log']): void =>
  void approvals.voidAll((approval) => approval.policy !== policy).catch(logFault(log));

/** Whoever lost access asks for nothing any more, and what they were granted, or agreed to before, is gone. */
export const endRevokedApprovals = (
  approvals: Approvals,
  revocations: readonly Pick<RevocationInForce, 'scope' | 'epochMs'>[],
  log: Lasting['log'],
): void =>
  void approvals
    .voidAll(({ requester, votes }) =>
      revocations.some(
        ({ scope, epochMs }) =>
          covers(scope, callerKey(requester), requester.client === undefined ? [] : [requester.client]) ||
          votes.some(
            ({ by, effect, atMs }) => effect === 'approve' && atMs <= epochMs && covers(scope, callerKey(by), []),
          ),
      ),
    )
    .catch(logFault(log));
