/** What the `events` commands share: the local book, and how a command ends that cannot go on. */
import type { Command } from 'commander';
import { type BookOptions, findBook } from '#cli/book-place.ts';
import { commandGroup } from '#cli/command-group.ts';
import { EXIT_CHECK_FAILED, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { type Book, type BookPlace, openBook } from '#events/book.ts';
import type { IndexedThrough } from '#events/book-index.ts';
import type { RecordSource } from '#events/source.ts';
import { nodeDisk } from '#ledger/node-disk.ts';

export const eventsGroup = (program: Command): Command =>
  commandGroup(program, 'events', 'Search, show, export and follow what was recorded');

export const sessionsGroup = (program: Command): Command =>
  commandGroup(program, 'sessions', 'Show the calls of one caller through one client to one server together');

export function complain(io: CliIo, what: string, code: ExitCode): ExitCode {
  io.stderr.write(`gatebook: ${what}\n`);
  return code;
}

/** Runs `command` on the book the options name; a fault of the index or of the ledger ends it in one sentence. */
export async function onBook(
  io: CliIo,
  options: BookOptions,
  command: (book: Book) => Promise<ExitCode>,
): Promise<void> {
  const place = await findBook(io, options);
  if (!place.ok) return io.exit(complain(io, place.error, EXIT_USAGE));
  const book = openLocalBook(place.value);
  try {
    io.exit(await command(book));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // A record that does not hold is a negative finding, not an accident.
    const isFinding = error instanceof DamagedRecord;
    io.exit(complain(io, message, isFinding ? EXIT_CHECK_FAILED : EXIT_UNAVAILABLE));
  } finally {
    book.close();
  }
}

/** The ledger says otherwise than it should; `ledger verify` names everything that is wrong. */
export class DamagedRecord extends Error {}

/** A book whose damage is told apart from accidents. */
export function openLocalBook(place: BookPlace): Book {
  const book = openBook(nodeDisk, place);
  return { ...book, source: async (shard) => damageNamed(await book.source(shard)) };
}

const damageNamed = (source: RecordSource): RecordSource => ({
  watermark: () => source.watermark(),
  read: (from, limit) =>
    source.read(from, limit).catch((error: unknown) => {
      throw new DamagedRecord(
        `the ledger cannot be read: ${error instanceof Error ? error.message : String(error)}; run \`gatebook ledger verify\``,
      );
    }),
});

/** `120 of 130 records` for one shard, `a: 120 of 130 records, a-2: …` for several; undefined when nothing is missing. */
export function missingInIndex(
  indexed: IndexedThrough,
  sizes: Readonly<Record<string, number>>,
): { readonly text: string; readonly nothing: boolean } | undefined {
  const behind = Object.entries(sizes).filter(([shard, size]) => (indexed[shard] ?? 0) < size);
  if (behind.length === 0) return undefined;
  const isOne = Object.keys(sizes).length === 1;
  const text = behind
    .map(([shard, size]) => `${isOne ? '' : `${shard}: `}${indexed[shard] ?? 0} of ${size} records`)
    .join(', ');
  return { text, nothing: behind.every(([shard]) => (indexed[shard] ?? 0) === 0) };
}

/** What an answer from the index may lack, and how to go on, on standard error. */
export function tellRest(
  io: CliIo,
  {
    indexedThrough,
    sizes,
    next,
  }: {
    readonly indexedThrough: IndexedThrough;
    readonly sizes: Readonly<Record<string, number>>;
    readonly next: string | undefined;
  },
): void {
  const missing = missingInIndex(indexedThrough, sizes);
  if (missing !== undefined) {
    const why = missing.nothing
      ? 'there is no search index: start the gateway, or run `gatebook ledger reindex`'
      : 'the newest events are not searchable yet';
    io.stderr.write(`indexedThrough: ${missing.text}: ${why}\n`);
  }
  if (next !== undefined) io.stderr.write(`more: --after ${next}\n`);
}
