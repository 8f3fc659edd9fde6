import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { verifyFiles } from '#ledger/verify/verify-shard.ts';
import { type DraftRecord, LogBuilder, memoryFiles } from '#test/golden/build.ts';

const verify = (log: LogBuilder, destroyed: readonly string[] = []) =>
  verifyFiles({ files: memoryFiles(log.files()), vkey: log.vkey, keyFiles: memoryFiles(log.keyFiles(destroyed)) });
function signed(draft: Partial<DraftRecord>, pieceBytes = 1024 * 1024): LogBuilder {
  const log = new LogBuilder({ pieceBytes });
  log.batch([{ kind: 'control', st: 'opened', subject: 'gatebook\ngateway' }]);
  log.batch([{ kind: 'control', st: 'heartbeat', payload: Buffer.from('{"jsonrpc":"2.0"}'), ...draft }]);
  return log;
}
const fault = async (draft: Partial<DraftRecord>) => (await verify(signed(draft))).fault;
const base64Hash = (text: string): string => createHash('sha256').update(text).digest('base64');

test('a blob of several pieces opens and is as committed', async () => {
  const report = await verify(signed({}, 50));
  assert.equal(report.fault, null);
  assert.equal(report.counts.opened, 2);
  assert.ok(report.counts.pieces > 4);
});

test('pieces of one record in another order do not open, although their hashes are right', async () => {
  const log = new LogBuilder({ pieceBytes: 64 });
  log.batch([{ kind: 'control', st: 'opened' }]);
  const swap = (pieces: Buffer[]): Buffer[] => [
    pieces[1] ?? Buffer.alloc(0),
    pieces[0] ?? Buffer.alloc(0),
    ...pieces.slice(2),
  ];
  const hashes: string[] = [];
  const draft: DraftRecord = {
    kind: 'control',
    st: 'heartbeat',
    stored: (pieces) => {
      hashes.push(...swap(pieces).map((piece) => createHash('sha256').update(piece).digest('base64')));
      return swap(pieces);
    },
    leafText: (text) => text,
  };
  // The same random bytes are drawn twice: once for the hashes, once for the record that promises them swapped.
  const twin = new LogBuilder({ pieceBytes: 64 });
  twin.batch([{ kind: 'control', st: 'opened' }]);
  twin.batch([draft]);
  log.batch([{ ...draft, leaf: { bc: [...hashes] } }]);
  assert.equal((await verify(log)).fault?.code, 'blob');
});

test('a header or a payload that the leaf does not commit to is found', async () => {
  assert.equal((await fault({ leaf: { hc: base64Hash('other') } }))?.code, 'commitment');
  assert.equal((await fault({ leaf: { pc: base64Hash('other') } }))?.code, 'commitment');
  assert.equal((await fault({ leaf: { pc: null } }))?.code, 'commitment');
});

test('a header that is not a JSON object is found', async () => {
  assert.equal((await fault({ header: '[1]' }))?.code, 'blob');
  assert.equal((await fault({ header: 'x' }))?.code, 'blob');
});

test('an opened blob too short, or whose header is longer than itself or no text, is found', async () => {
  assert.match((await fault({ plain: (plain) => plain.subarray(0, 67) }))?.what ?? '', /too short/);
  const longer = (plain: Buffer): Buffer => {
    plain.writeUInt32LE(1_000_000, 64);
    return plain;
  };
  assert.match((await fault({ plain: longer }))?.what ?? '', /longer than the blob/);
  assert.match((await fault({ plain: (plain) => plain.fill(0xff, 70, 72) }))?.what ?? '', /not a JSON object/);
});

test('a key of the ring that does not unwrap is a fault, not an erased caller', async () => {
  const log = signed({});
  for (const id of log.ringIds()) {
    const keyFiles = log.keyFiles();
    const ring = (keyFiles.get('ring.jsonl') ?? Buffer.alloc(0)).toString();
    const other = log.keyFiles().get('ring.jsonl')?.toString() ?? '';
    const lineOf = (text: string): string => text.split('\n').find((line) => line.includes(id)) ?? '';
    const damaged = lineOf(other).replace(/"wrapped":".{8}/, '"wrapped":"AAAAAAAA');
    keyFiles.set('ring.jsonl', Buffer.from(ring.replace(lineOf(ring), damaged)));
    const report = await verifyFiles({
      files: memoryFiles(log.files()),
      vkey: log.vkey,
      keyFiles: memoryFiles(keyFiles),
    });
    assert.equal(report.fault?.code, 'keys');
    assert.match(report.fault.what, new RegExp(`${id} does not unwrap`));
  }
});

test('the fault names the record and says nothing of its content', async () => {
  const found = await fault({ header: '{"secret":"hunter2"}', leaf: { hc: base64Hash('other') } });
  assert.equal(found?.record, 1);
  assert.doesNotMatch(JSON.stringify(found), /hunter2/);
});

test('blobs whose day or subject key was destroyed are counted and are no fault', async () => {
  const log = signed({});
  const [day, gateway, ada] = log.ringIds();
  assert.ok(day && gateway && ada);
  const erased = await verify(log, [ada]);
  assert.equal(erased.fault, null);
  assert.deepEqual([erased.counts.opened, erased.counts.unreadable, erased.counts.keysDestroyed], [1, 1, 1]);
  const retained = await verify(log, [day]);
  assert.equal(retained.fault, null);
  assert.deepEqual([retained.counts.opened, retained.counts.keysDestroyed], [0, 2]);
});

test('a blob with a removed piece is counted as unreadable and is no fault', async () => {
  const report = await verify(signed({ stored: (pieces) => pieces.map(() => Buffer.alloc(0)) }));
  assert.equal(report.fault, null);
  assert.deepEqual([report.counts.piecesRemoved, report.counts.unreadable, report.counts.keysDestroyed], [1, 1, 0]);
});
