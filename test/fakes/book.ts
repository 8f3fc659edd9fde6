/** A real ledger in a temporary data directory, written as the gateway would. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RecordHeader } from '#events/header.ts';
import { systemClock } from '#ledger/clock.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import { keysDirectory, ledgerDirectory, masterKeyDirectory } from '#ledger/places.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import { LIMITS } from '#limits.ts';
import type { Masked } from '#masking/masked.ts';
import { ALICE } from './event-records.ts';

export const BOOK_ORIGIN = 'acme/a';

export type Book = {
  /** Its data directory. */
  readonly data: string;
  readonly ledger: Ledger;
  /** Appends an intent; gives its index. */
  begin(name: string, args: object, header?: RecordHeader): Promise<number>;
  /** Appends the result of intent `ref`; gives its index. */
  end(ref: number, text: string, header?: RecordHeader): Promise<number>;
  /** Both; gives the intent's index. */
  call(name: string, args: object, text: string): Promise<number>;
  close(): Promise<void>;
  /** Run at the end of the test, the last one first, before the ledger is closed and its directory removed. */
  readonly cleanups: (() => Promise<void>)[];
};

const random = pooledRandom(systemRandom);

export async function openBook(
  t: Pick<TestContext, 'after'>,
  data = mkdtempSync(join(tmpdir(), 'gatebook-book-')),
  /** Of the deployment `acme`; the first one opened in a data directory must be `a`. */
  shard = 'a',
): Promise<Book> {
  const keysDir = keysDirectory(data, shard, 'a');
  const keys = await openKeys({
    disk: nodeDisk,
    dir: keysDir,
    masterDir: masterKeyDirectory(data),
    origin: `acme/${shard}`,
    random: systemRandom,
  });
  assert.ok(keys.ok);
  const { keyring, signer } = keys.value;
  const limits = { ...LIMITS, segmentBytes: 256 * 1024 };
  const opened = await openLedger({
    dir: ledgerDirectory(data, shard),
    keysDir,
    signer,
    keyring,
    disk: nodeDisk,
    clock: systemClock,
    random: systemRandom,
    limits,
    log: () => undefined,
  });
  assert.ok(opened.ok);
  const ledger = opened.value;
  const calls = new Map<number, string>();
  const append = async (
    part: Pick<LedgerEntry, 'kind' | 'call' | 'ref' | 'st'>,
    header: RecordHeader,
    message: object,
  ): Promise<number> => {
    const appended = await ledger.append({
      ...part,
      header: JSON.stringify(header) as Masked<string>,
      payload: Buffer.from(JSON.stringify(message)) as Masked<Buffer>,
      mask: { n: 0 },
      pol: '0123456789abcdef',
      subject: `${ALICE.issuer}\n${ALICE.subject}`,
    });
    assert.ok(appended.ok);
    return appended.value.n;
  };
  const book: Omit<Book, 'close' | 'cleanups'> = {
    data,
    ledger,
    begin: async (name, args, header = {}) => {
      const call = callId(random);
      const decision: RecordHeader['decision'] = { effect: 'allow', level: 'read', policy: '0123456789abcdef' };
      const n = await append(
        { kind: 'intent', call, ref: null, st: 'open' },
        { caller: ALICE, connection: 'crm', method: 'tools/call', name, decision, ...header },
        { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } },
      );
      calls.set(n, call);
      return n;
    },
    end: (ref, text, header = {}) =>
      append(
        { kind: 'result', call: calls.get(ref) ?? '', ref, st: 'ok' },
        { durationMs: 3, ...header },
        { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } },
      ),
    call: async (name, args, text) => {
      const n = await book.begin(name, args);
      await book.end(n, text);
      return n;
    },
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= ledger.close().then(() => keyring.close()));
  const cleanups: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
    await close();
    rmSync(data, { recursive: true, force: true });
  });
  return { ...book, close, cleanups };
}
