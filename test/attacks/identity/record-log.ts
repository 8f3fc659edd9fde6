/** The records of a book, opened, read on from where the last look ended. */
import { dataPlaces } from '#bin/data-places.ts';
import type { LoadedConfig } from '#config/load.ts';
import type { RecordHeader } from '#events/header.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeyReader } from '#ledger/open-keys.ts';
import { createLedgerReader, LOG_START } from '#ledger/reader.ts';
import type { TestRecord } from '../../e2e/harness.ts';

export type RecordLog = {
  /** Waits until the records, oldest first, are as asked; gives what there is after ten seconds. */
  until(isEnough: (records: readonly TestRecord[]) => boolean): Promise<readonly TestRecord[]>;
};

export function createRecordLog(loaded: LoadedConfig): RecordLog {
  const records: TestRecord[] = [];
  let from = LOG_START;

  const readOn = async (): Promise<void> => {
    const { ledger, keys: keysDir, origin } = dataPlaces(loaded);
    const keys = await openKeyReader({ disk: nodeDisk, dir: keysDir });
    if (!keys.ok) throw new Error(keys.error.message);
    const reader = createLedgerReader({ disk: nodeDisk, dir: ledger, origin, keys: keys.value });
    for (;;) {
      const page = await reader.read(from, 1_000);
      if (!page.ok) throw new Error(`${page.error.file} at ${page.error.offset}: ${page.error.message}`);
      if (page.value.records.length === 0) return;
      for (const { leaf, header, payload } of page.value.records)
        records.push({ leaf, payload, header: header === null ? undefined : (JSON.parse(header) as RecordHeader) });
      from = page.value.next;
    }
  };

  return {
    async until(isEnough) {
      const deadline = performance.now() + 10_000;
      for (;;) {
        await readOn();
        if (isEnough(records) || performance.now() > deadline) return records;
        await new Promise((next) => {
          setTimeout(next, 5);
        });
      }
    },
  };
}
