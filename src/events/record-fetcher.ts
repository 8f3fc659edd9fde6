/**
 * Reads single records of the ledger by their position, in pages: an export asks for neighbours one after the other.
 * Holds at most a few pages, each bounded by the reader.
 */
import type { OpenedRecord, Position, RecordSource } from '#events/source.ts';

const PAGES_HELD = 4;

export class RecordFetcher {
  readonly #source: RecordSource;
  readonly #pageRecords: number;
  readonly #pages: ReadonlyMap<number, OpenedRecord>[] = [];

  /** `pageRecords`: how many to read at once; 1 to read no more than asked for. */
  constructor(source: RecordSource, pageRecords: number) {
    this.#source = source;
    this.#pageRecords = pageRecords;
  }

  /** Throws when the record is not there or is damaged. */
  async record(position: Position): Promise<OpenedRecord> {
    for (const page of this.#pages) {
      const known = page.get(position.n);
      if (known !== undefined) return known;
    }
    const { records } = await this.#source.read(position, this.#pageRecords);
    const found = records[0];
    if (found?.leaf.n !== position.n) throw new Error(`record ${position.n} is not where the index says`);
    this.#pages.push(new Map(records.map((record) => [record.leaf.n, record])));
    if (this.#pages.length > PAGES_HELD) this.#pages.shift();
    return found;
  }
}
