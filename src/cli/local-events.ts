/** What the `events` commands share: the local index and ledger of a book, and how a command ends that cannot go on. */
import type { Command } from 'commander';
import { type BookOptions, type BookPlace, findBook } from '#cli/book-place.ts';
import { commandGroup } from '#cli/command-group.ts';
import { EXIT_CHECK_FAILED, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { indexDirectory } from '#events/index-files.ts';
import { type IndexReader, openIndexReader } from '#events/index-reader.ts';
import { openLedgerSource } from '#events/ledger-source.ts';
import type { RecordSource } from '#events/source.ts';
import { createLedgerReader } from '#ledger/reader.ts';
import { nodeDisk } from '#ledger/node-disk.ts';

export const eventsGroup = (program: Command): Command =>
  commandGroup(program, 'events', 'Search, show, export and follow what was recorded');

export function complain(io: CliIo, what: string, code: ExitCode): ExitCode {
  io.stderr.write(`gatebook: ${what}\n`);
  return code;
}

/** Runs `command` on the book the options name; a fault of the index or of the ledger ends it in one sentence. */
export async function onBook(
  io: CliIo,
  options: BookOptions,
  command: (book: LocalBook) => Promise<ExitCode>,
): Promise<void> {
  const place = await findBook(io, options);
  if (!place.ok) return io.exit(complain(io, place.error, EXIT_USAGE));
  const book = new LocalBook(place.value);
  try {
    io.exit(await command(book));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // A record that does not hold is a negative finding, not an accident.
    const isFinding = error instanceof DamagedRecord;
    io.exit(complain(io, message, isFinding ? EXIT_CHECK_FAILED : EXIT_UNAVAILABLE));
  } finally {
    book.index.close();
  }
}

/** The ledger says otherwise than it should; `ledger verify` names everything that is wrong. */
export class DamagedRecord extends Error {}

export class LocalBook {
  readonly place: BookPlace;
  readonly index: IndexReader;

  constructor(place: BookPlace) {
    this.place = place;
    this.index = openIndexReader(indexDirectory(place.dataDirectory, place.shard), place.shard);
  }

  /** Durable records of the ledger; needs no keys. */
  async ledgerSize(): Promise<number> {
    const { dataDirectory, shard, origin } = this.place;
    const reader = createLedgerReader({ disk: nodeDisk, dir: `${dataDirectory}/ledger/${shard}`, origin });
    return (await reader.watermark())?.size ?? 0;
  }

  /** Throws without the keys: nothing in a record can be shown or checked without them. */
  async source(): Promise<RecordSource> {
    const { masterKey, ...place } = this.place;
    const opened = await openLedgerSource({
      disk: nodeDisk,
      ...place,
      ...(masterKey === undefined ? {} : { masterKey }),
    });
    if (!opened.ok) throw new Error(`cannot open the records: ${opened.error}`);
    const source = opened.value;
    return {
      watermark: () => source.watermark(),
      read: (from, limit) =>
        source.read(from, limit).catch((error: unknown) => {
          throw new DamagedRecord(
            `the ledger cannot be read: ${error instanceof Error ? error.message : String(error)}; run \`gatebook ledger verify\``,
          );
        }),
    };
  }
}
