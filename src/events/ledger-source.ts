/** The ledger's reader as a source of events: headers parsed, damage thrown, since no part of it may be skipped in silence. */
import type { RecordHeader } from '#events/header.ts';
import type { OpenedRecord, RecordSource } from '#events/source.ts';
import { type Disk } from '#ledger/disk.ts';
import { openKeyReader } from '#ledger/open-keys.ts';
import { keysDirectory, ledgerDirectory, masterKeyDirectory } from '#ledger/places.ts';
import { type LedgerReader, type StoredRecord, createLedgerReader } from '#ledger/reader.ts';
import { type Result, err, ok } from '#result.ts';

export type LedgerSourceOptions = {
  readonly disk: Disk;
  readonly dataDirectory: string;
  /** `<deployment>/<shard>`. */
  readonly origin: string;
  readonly shard: string;
  /** The shard whose keys are in `keys/` itself; default `shard`. */
  readonly firstShard?: string;
  /** In base64, where the operator keeps it himself; without it the one in `keys/`. */
  readonly masterKey?: string;
};

/** The error is a sentence: without the keys there are only leaves, and an index of those would find nobody. */
export async function openLedgerSource(options: LedgerSourceOptions): Promise<Result<RecordSource, string>> {
  const { disk, dataDirectory, origin, shard, firstShard = shard, masterKey } = options;
  const keys = await openKeyReader({
    disk,
    dir: keysDirectory(dataDirectory, shard, firstShard),
    masterDir: masterKeyDirectory(dataDirectory),
    ...(masterKey === undefined ? {} : { masterKey }),
  });
  if (!keys.ok) return err(keys.error.message);
  return ok(
    ledgerSource(createLedgerReader({ disk, dir: ledgerDirectory(dataDirectory, shard), origin, keys: keys.value })),
  );
}

export function ledgerSource(reader: LedgerReader): RecordSource {
  return {
    watermark: async () => (await reader.watermark()) ?? { size: 0, segment: 0, offset: 0 },
    read: async (from, limit) => {
      const page = await reader.read(from, limit);
      if (!page.ok) throw new Error(`${page.error.file} at offset ${page.error.offset}: ${page.error.message}`);
      return { records: page.value.records.map(openedRecord), next: page.value.next };
    },
  };
}

function openedRecord(stored: StoredRecord): OpenedRecord {
  const { leaf, leafBytes, payload, position, verified } = stored;
  return {
    leaf,
    leafBytes,
    header: stored.header === null ? null : parseHeader(stored.header),
    payload,
    position,
    verified,
  };
}

/** Its commitment held, so it is what the gateway wrote: an object of `RecordHeader`'s shape. */
function parseHeader(text: string): RecordHeader {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('a record header is no object');
  return value;
}
