/** `GET /api/v1/events/{shard}/{index}/proof`: that a record is in the tree which the newest checkpoint signs. */
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { ShardCheckpoint } from '#api/contract/checkpoint.ts';
import type { getProof as operation } from '#api/contract/events.ts';
import type { ApiParts } from '#api/parts.ts';
import { troubleRefusal } from '#api/search-trouble.ts';
import { waitIndexed } from '#api/wait-indexed.ts';
import type { RecordId } from '#events/find-event.ts';
import { rootOfProof } from '#ledger/inclusion-proof.ts';
import { leafHash } from '#ledger/merkle.ts';
import { openCheckpoint, parseVerifierKey } from '#ledger/note.ts';
import type { ReadPosition } from '#ledger/reader.ts';
import { err, ok, type Result } from '#result.ts';

const RETRY_MS = 1_000;
const PAGE_RECORDS = 1_000;

export async function getProof(
  call: ApiCall,
  { params: { shard, index: n }, query: { format = 'json' } }: ApiInput<typeof operation>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const signed = await checkpointOver({ shard, n }, parts);
  if (!signed.ok) return signed;
  const { note, size, verifierKey } = signed.value;
  const indexed = await waitIndexed({ shard, n: size - 1 }, call, parts);
  if (!indexed.ok) return indexed;
  const asked = await parts.searcher.ask('proof', { shard, n, size }, call.signal);
  if (!asked.ok) return err(troubleRefusal(asked.error));
  if (asked.value === undefined) return err(behind);
  const { hashes, near } = asked.value;
  const leaf = await leafAt({ shard, n }, near, call, parts);
  if (leaf === undefined || !leadsToRoot(leaf, n, hashes, signed.value)) {
    parts.log.error({ call: call.id, shard, n, size }, 'the proof of a record does not lead to the signed root');
    return err({ code: 'record_damaged', reason: 'not_proven' });
  }
  const proof = tlogProof(n, hashes, note);
  if (format === 'tlog-proof') return ok({ text: proof, contentType: 'text/plain; charset=utf-8' });
  return ok({
    json: { shard, index: n, leaf: leaf.toString(), hashes, treeSize: size, checkpoint: note, verifierKey, proof },
  });
}

const behind: ApiRefusal = { code: 'not_indexed', reason: 'tree_behind', retryAfterMs: RETRY_MS };

/** The newest checkpoint of the shard, if it covers the record. */
async function checkpointOver(
  { shard, n }: RecordId,
  { book, checkpoints }: ApiParts,
): Promise<Result<ShardCheckpoint, ApiRefusal>> {
  const signed = (await checkpoints.all()).find((checkpoint) => checkpoint.shard === shard);
  if (signed !== undefined && n < signed.size) return ok(signed);
  const size = (await book.sizes())[shard] ?? 0;
  return err(
    n < size ? behind : { code: 'not_found', reason: 'no_record', detail: `shard ${shard} has ${size} records` },
  );
}

/** The record's leaf, read on from a place before it; undefined when it is not there. */
async function leafAt(
  { shard, n }: RecordId,
  near: ReadPosition,
  { signal }: ApiCall,
  { book }: ApiParts,
): Promise<Buffer | undefined> {
  const reader = book.leaves(shard);
  let from = near;
  while (!signal.aborted) {
    const page = await reader.read(from, Math.min(n - from.n + 1, PAGE_RECORDS));
    if (!page.ok) return undefined;
    const { records, next } = page.value;
    const found = records.find(({ leaf }) => leaf.n === n);
    if (found !== undefined || records.length === 0) return found?.leafBytes;
    from = next;
  }
  return undefined;
}

/** Nothing is given out that a verifier would refuse, whatever the index or the file say. */
function leadsToRoot(leaf: Buffer, n: number, hashes: readonly string[], signed: ShardCheckpoint): boolean {
  const verifier = parseVerifierKey(signed.verifierKey);
  const checkpoint = verifier.ok ? openCheckpoint(signed.note, verifier.value) : verifier;
  if (!checkpoint.ok) return false;
  const { root, size } = checkpoint.value;
  const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
  return rootOfProof(leafHash(leaf), n, size, proof)?.equals(root) === true;
}

/** https://c2sp.org/tlog-proof */
const tlogProof = (n: number, hashes: readonly string[], note: string): string =>
  ['c2sp.org/tlog-proof@v1', `index ${n}`, ...hashes, '', note].join('\n');
