/** Opens the book of this process, with its keys, for writing, and lets the search index follow it. What can fail is a refusal of the start. */
import type { ComposeOptions } from '#bin/compose-options.ts';
import { dataPlaces } from '#bin/data-places.ts';
import type { StartRefusal } from '#bin/generation.ts';
import { EXIT_LEDGER, EXIT_UNAVAILABLE } from '#cli/exit-codes.ts';
import { createIndexer } from '#events/indexer.ts';
import type { Indexer } from '#events/indexer.ts';
import { systemClock } from '#ledger/clock.ts';
import { readSmallFile } from '#ledger/disk.ts';
import type { Keyring } from '#ledger/keyring.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import { systemRandom } from '#ledger/random.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const MASTER_KEY_BYTES_MAX = 4_096;

/** The configured master key; for a further shard the one the first shard made, which is there before it starts. */
async function masterKeyOf({
  loaded,
  disk,
  worker,
}: ComposeOptions): Promise<Result<string | undefined, StartRefusal>> {
  const configured = loaded.secrets.masterKey?.reveal();
  if (configured !== undefined || worker === undefined || worker.own === 1) return ok(configured);
  const { masterKey } = dataPlaces(loaded);
  const text = await readSmallFile(disk, masterKey, MASTER_KEY_BYTES_MAX);
  if (text !== undefined) return ok(text.toString('latin1').trim());
  return err({ exit: EXIT_LEDGER, message: `${masterKey} is missing: restore it from its backup` });
}

export type OpenBook = { readonly ledger: Ledger; readonly keyring: Keyring; readonly maskingKey: Buffer };

export async function openBook(options: ComposeOptions): Promise<Result<OpenBook, StartRefusal>> {
  const { loaded, disk, log, worker } = options;
  const places = dataPlaces(loaded, worker?.own);
  const master = await masterKeyOf(options);
  if (!master.ok) return master;
  const masterKey = master.value;
  const keys = await openKeys({
    disk,
    dir: places.keys,
    bookDir: places.ledger,
    origin: places.origin,
    random: systemRandom,
    ...(masterKey === undefined ? {} : { masterKey }),
  });
  if (!keys.ok)
    return err({ exit: keys.error.reason === 'locked' ? EXIT_UNAVAILABLE : EXIT_LEDGER, message: keys.error.message });
  const { keyring, signer, maskingKey } = keys.value;
  const ledger = await openLedger({
    dir: places.ledger,
    keysDir: places.keys,
    signer,
    keyring,
    disk,
    clock: systemClock,
    random: systemRandom,
    limits: loaded.limits,
    log: (level, message, facts) => log[level](facts ?? {}, message),
  });
  if (ledger.ok) return ok({ ledger: ledger.value, keyring, maskingKey });
  await keyring.close();
  return err({
    exit: ledger.error.reason === 'locked' ? EXIT_UNAVAILABLE : EXIT_LEDGER,
    message: ledger.error.message,
  });
}

/** The search index follows the ledger from a worker; what goes wrong there never touches a call. */
export function indexerOf({ loaded, log }: ComposeOptions, ledger: Ledger): Indexer {
  const { data, shard: firstShard } = loaded.config;
  const masterKey = loaded.secrets.masterKey?.reveal();
  const indexer = createIndexer({
    dataDirectory: data,
    origin: ledger.origin,
    shard: ledger.shard,
    firstShard,
    limits: loaded.limits,
    ...(masterKey === undefined ? {} : { masterKey }),
    onEvent: (event) => log.warn(event, 'search index'),
  });
  ledger.onCommit((mark) => indexer.notify(mark));
  indexer.notify(ledger.watermark());
  return indexer;
}
