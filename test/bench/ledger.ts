/**
 * CPU per record of the ledger, by part, in batches of 16: the budget of DESIGN section 9. Run by hand:
 * `npm run -s gatebook` is not needed, only Node: `node test/bench/ledger.ts [seconds]`.
 */
import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '#limits.ts';
import { sealBlob } from '#ledger/blob.ts';
import { recordFrameBytes, writeCommitFrame, writeRecordFrame } from '#ledger/body.ts';
import { systemClock } from '#ledger/clock.ts';
import { encodeLeaf } from '#ledger/leaf.ts';
import { leafHash, RightEdge } from '#ledger/merkle.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { openLedger } from '#ledger/open-ledger.ts';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import { createSigner } from '#ledger/signer.ts';
import type { SealedBlob } from '#ledger/blob.ts';
import type { Leaf, LedgerEntry } from '#ledger/record.ts';
import type { Masked } from '#masking/masked.ts';

const seconds = Number(process.argv[2] ?? 2);
const BATCH = 16;
const random = pooledRandom(systemRandom);
const masked = <T extends string | Buffer>(value: T): Masked<T> => value as Masked<T>;
const header = Buffer.from(
  JSON.stringify({
    caller: { issuer: 'https://idp.example', subject: '00u1', kind: 'person', groups: ['okta:mcp'] },
    connection: 'notes',
    method: 'tools/call',
    name: 'read_text_file',
  }),
);
const payload = Buffer.alloc(2_000, 'answer ');
const origin = 'bench/a';

/** Runs `step` for about a second and returns user + system CPU microseconds per call. */
function cpu(step: () => void): number {
  for (let i = 0; i < 200; i += 1) step();
  const begun = process.cpuUsage();
  const until = performance.now() + seconds * 1_000;
  let runs = 0;
  for (; performance.now() < until; runs += 1) step();
  const used = process.cpuUsage(begun);
  return (used.user + used.system) / runs;
}

const pieceKey = { day: 1, subject: randomBytes(8), key: createSecretKey(randomBytes(32)) };
const seal = (): SealedBlob => {
  const sealed = sealBlob({ origin, call: 'a'.repeat(26), kind: 'result' }, header, payload, pieceKey, random).next();
  if (sealed.done !== true) throw new Error('one piece expected');
  return sealed.value;
};
const blob = seal();
const signer = createSigner(origin, randomBytes(32));
const edge = new RightEdge();
const bytes = Buffer.alloc(1024 * 1024);

function batch(pieces: readonly Buffer[]): void {
  let at = 0;
  const first = edge.size;
  for (let i = 0; i < BATCH; i += 1) {
    const leaf: Leaf = {
      v: 1,
      n: edge.size,
      t: 1_800_000_000_000,
      kind: 'result',
      call: 'a'.repeat(26),
      ref: 1,
      st: 'ok',
      hc: blob.hc,
      pc: blob.pc,
      bc: blob.bc,
      mask: { n: 0 },
      pol: '0123456789abcdef',
    };
    const text = encodeLeaf(leaf);
    if (recordFrameBytes(text.length, pieces) > bytes.length) throw new Error('too large');
    at = writeRecordFrame(bytes, at, text, pieces);
    edge.append(leafHash(Buffer.from(text, 'latin1')));
  }
  writeCommitFrame(bytes, at, first, BATCH, Buffer.from(signer.sign({ origin, size: edge.size, root: edge.root() })));
}

console.log(`CPU µs per record, batches of ${BATCH}, ${header.length + payload.length} bytes of header and payload`);
console.log(`  leaf, tree, frames, signature (no blob)   ${(cpu(() => batch([])) / BATCH).toFixed(1)}   budget 12`);
const sealing = cpu(seal);
const withBlob = cpu(() => batch(blob.pieces)) / BATCH;
console.log(`  commitments, encryption, blob hash        ${sealing.toFixed(1)}`);
console.log(`  all, with blob                            ${(sealing + withBlob).toFixed(1)}   budget 30`);

const data = mkdtempSync(join(tmpdir(), 'gatebook-bench-'));
try {
  const keys = await openKeys({ disk: nodeDisk, dir: `${data}/keys`, origin, random: systemRandom });
  if (!keys.ok) throw new Error(keys.error.message);
  const opened = await openLedger({
    dir: `${data}/ledger/a`,
    keysDir: `${data}/keys`,
    ...keys.value,
    disk: nodeDisk,
    clock: systemClock,
    random: systemRandom,
    limits: LIMITS,
    log: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.error.message);
  const ledger = opened.value;
  const entry = (): LedgerEntry => ({
    kind: 'denied',
    call: callId(random),
    ref: null,
    st: 'bench',
    header: masked(header.toString()),
    payload: masked(payload),
    mask: { n: 0 },
    pol: null,
    subject: 'https://idp.example\n00u1',
  });
  const begun = process.cpuUsage();
  const start = performance.now();
  let records = 0;
  await Promise.all(
    Array.from({ length: BATCH }, async () => {
      while (performance.now() - start < seconds * 1_000) {
        const outcome = await ledger.append(entry());
        if (!outcome.ok) throw new Error(outcome.error.reason);
        records += 1;
      }
    }),
  );
  const used = process.cpuUsage(begun);
  const stats = ledger.stats();
  console.log(
    `append to disk, ${BATCH} in flight: ${Math.round(records / seconds)} records/s, ${(records / stats.commits).toFixed(1)} a commit, ${((used.user + used.system) / records).toFixed(1)} µs CPU each (all threads, segments made ahead included)`,
  );
  await ledger.close();
  await keys.value.keyring.close();
} finally {
  rmSync(data, { recursive: true, force: true });
}
