/**
 * A writer that has the signing key but breaks the rules of docs/ledger-format.md: everything here is signed, so only
 * the verifier's knowledge of the format can tell.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultCode } from '#ledger/verify/fault.ts';
import { verifyFiles } from '#ledger/verify/verify-shard.ts';
import {
  type CommitOptions,
  type DraftRecord,
  LogBuilder,
  frame,
  lengthOf,
  memoryFiles,
  segmentFile,
} from '#test/golden/build.ts';

const verify = (log: LogBuilder) =>
  verifyFiles({ files: memoryFiles(log.files()), vkey: log.vkey, pause: () => Promise.resolve() });

/** A log of one good record, then this batch. */
function signed(drafts: readonly DraftRecord[], commit: CommitOptions = {}): LogBuilder {
  const log = new LogBuilder({ segmentBytes: 64 * 1024 });
  log.batch([{ kind: 'control', st: 'opened' }]);
  log.batch(drafts, commit);
  return log;
}

async function assertFault(log: LogBuilder, code: FaultCode, what: RegExp, record?: number): Promise<void> {
  const { ok, fault } = await verify(log);
  assert.equal(ok, false);
  assert.ok(fault);
  assert.equal(fault.code, code, fault.what);
  assert.match(fault.what, what);
  if (record !== undefined) assert.equal(fault.record, record);
}

const [A, B] = ['a'.repeat(26), 'b'.repeat(26)];
const intent = (call: string): DraftRecord => ({ kind: 'intent', st: 'open', call });

test('every record that the grammar allows is accepted', async () => {
  const log = signed([
    intent(A),
    { kind: 'stream', st: 'down', call: A, ref: 1 },
    { kind: 'stream', st: 'up', ref: null },
    { kind: 'result', st: 'tool_error', call: A, ref: 1 },
    { kind: 'stream', st: 'late', call: A, ref: 1 },
    { kind: 'denied', st: 'unknown_connection' },
    { kind: 'anchor', st: 'witness.example/w1' },
    intent(B),
    { kind: 'control', st: 'start' },
    { kind: 'control', st: 'recovered' },
    { kind: 'control', st: 'start' },
    { kind: 'orphan', st: 'orphan', call: B, ref: 8 },
    { kind: 'control', st: 'heartbeat' },
  ]);
  const report = await verify(log);
  assert.equal(report.fault, null);
  assert.equal(report.counts.openIntents, 0);
});

const ungrammatical: readonly (readonly [string, readonly DraftRecord[], RegExp, number])[] = [
  ['a second opening record', [{ kind: 'control', st: 'opened' }], /only the first/, 1],
  ['an intent that is not open', [{ kind: 'intent', st: 'ok', call: A }], /intent with the status/, 1],
  ['an intent that refers to a record', [{ ...intent(A), ref: 0 }], /ref is 0/, 1],
  ['a call opened twice', [intent(A), intent(A)], /had opened already/, 2],
  [
    'a call opened again after its end',
    [intent(A), { kind: 'result', st: 'ok', call: A, ref: 1 }, intent(A)],
    /had opened already/,
    3,
  ],
  ['a result without an intent', [{ kind: 'result', st: 'ok', call: A, ref: null }], /without an intent/, 1],
  ['a result of a record that is no intent', [{ kind: 'result', st: 'ok', call: A, ref: 0 }], /not an open intent/, 1],
  ['a result for the future', [{ kind: 'result', st: 'ok', call: A, ref: 7 }], /not an open intent/, 1],
  ['a result of another call', [intent(A), { kind: 'result', st: 'ok', call: B, ref: 1 }], /whose call is another/, 2],
  [
    'a second result',
    [intent(A), { kind: 'result', st: 'ok', call: A, ref: 1 }, { kind: 'result', st: 'ok', call: A, ref: 1 }],
    /not an open intent/,
    3,
  ],
  ['an unknown outcome', [intent(A), { kind: 'result', st: 'fine', call: A, ref: 1 }], /unknown outcome/, 2],
  [
    'an orphan with another status',
    [intent(A), { kind: 'orphan', st: 'ok', call: A, ref: 1 }],
    /orphan with the status/,
    2,
  ],
  [
    'a stream record of a closed intent that is not late',
    [intent(A), { kind: 'result', st: 'ok', call: A, ref: 1 }, { kind: 'stream', st: 'down', call: A, ref: 1 }],
    /not an open intent/,
    3,
  ],
  ['a late stream record of no intent', [{ kind: 'stream', st: 'late', call: A, ref: 0 }], /not an earlier intent/, 1],
  ['a stream record without direction', [{ kind: 'stream', st: 'sideways' }], /unknown direction/, 1],
  ['a denial that refers to a record', [{ kind: 'denied', st: 'denied', ref: 0 }], /ref is 0/, 1],
  ['a control record with a malformed act', [{ kind: 'control', st: 'Start' }], /malformed act/, 1],
  [
    'work before the orphans of the last run',
    [intent(A), { kind: 'control', st: 'start' }, intent(B)],
    /no orphan record yet/,
    3,
  ],
  [
    'a result after the start that should have made it an orphan',
    [intent(A), { kind: 'control', st: 'start' }, { kind: 'result', st: 'ok', call: A, ref: 1 }],
    /no orphan record yet/,
    3,
  ],
];
for (const [name, drafts, what, record] of ungrammatical) {
  test(`signed or not, ${name} is refused`, async () => {
    const { fault } = await verify(signed(drafts));
    assert.ok(fault);
    assert.ok(fault.code === 'grammar' || fault.code === 'leaf', fault.code);
    assert.match(fault.what, what);
    assert.equal(fault.record, record);
  });
}

test('a log that does not begin with "opened" is refused', async () => {
  const log = new LogBuilder();
  log.batch([{ kind: 'control', st: 'start' }]);
  await assertFault(log, 'grammar', /not the control record "opened"/, 0);
});

const control: DraftRecord = { kind: 'control', st: 'heartbeat' };
const badLeaves: readonly (readonly [string, Partial<DraftRecord>, RegExp])[] = [
  ['an unknown key', { leaf: { who: 'ada' } }, /unknown key "who"/],
  ['another version', { leaf: { v: 2 } }, /version 2/],
  ['an index that is not its place', { leaf: { n: 7 } }, /index 7/],
  ['a negative time', { leaf: { t: -1 } }, /time/],
  ['an unknown kind', { leaf: { kind: 'note' } }, /unknown kind/],
  ['a call id of another shape', { leaf: { call: 'A'.repeat(26) } }, /id of a call/],
  ['a reference that is no index', { leaf: { ref: 1.5 } }, /"ref"/],
  ['a status with a space', { leaf: { st: 'a b' } }, /status/],
  ['a header commitment of 31 bytes', { leaf: { hc: Buffer.alloc(31).toString('base64') } }, /"hc"/],
  ['a commitment in another spelling of base64', { leaf: { hc: `${'A'.repeat(42)}B=` } }, /"hc"/],
  ['a payload commitment that is a number', { leaf: { pc: 1 } }, /"pc"/],
  ['no blob', { leaf: { bc: [] } }, /"bc"/],
  ['no masking evidence', { leaf: { mask: null } }, /"mask"/],
  ['a negative number of findings', { mask: { n: -1 } }, /"mask"/],
  ['flags out of order', { mask: { n: 1, f: ['truncated', 'failed'] } }, /"mask"/],
  ['a flag twice', { mask: { n: 1, f: ['failed', 'failed'] } }, /"mask"/],
  ['an unknown flag', { mask: { n: 1, f: ['ada'] } }, /"mask"/],
  ['an empty list of flags', { mask: { n: 1, f: [] } }, /"mask"/],
  ['personal data beside the masking evidence', { mask: { n: 1, who: 'ada' } }, /"mask"/],
  ['a policy version in capitals', { pol: '0123456789ABCDEF' }, /"pol"/],
  ['a space', { leafText: (text) => text.replace(':', ': ') }, /canonical/],
  ['keys in another order', { leafText: (text) => `${text.slice(0, -7)}}`.replace('{', '{"v":1,') }, /canonical|lacks/],
  ['a key twice', { leafText: (text) => text.replace('{', '{"v":1,') }, /canonical/],
  ['a byte order mark', { leafText: (text) => `\ufeff${text}` }, /JSON/],
  [
    'an escape that needs none',
    { leafText: (text) => text.replace('heartbeat', String.raw`heart\u0062eat`) },
    /canonical/,
  ],
  ['a list instead of an object', { leafText: (text) => `[${text}]` }, /not a JSON object/],
  ['two objects', { leafText: (text) => text + text }, /not JSON/],
];
for (const [name, draft, what] of badLeaves) {
  test(`signed or not, a leaf with ${name} is refused`, async () => {
    const { fault } = await verify(signed([{ ...control, ...draft }]));
    assert.ok(fault);
    assert.ok(fault.code === 'leaf' || fault.code === 'index', fault.code);
    assert.match(fault.what, what);
    assert.equal(fault.record, 1);
  });
}

test('a leaf that promises more or fewer pieces than are stored is refused', async () => {
  await assertFault(
    signed([{ ...control, stored: (pieces) => [...pieces, ...pieces] }]),
    'blob_hash',
    /promises 1 .* 2 are stored/,
  );
  await assertFault(signed([{ ...control, stored: () => [] }]), 'blob_hash', /0 are stored/);
});

test('a piece too short to be a sealed one is refused even when its hash is right', async () => {
  await assertFault(signed([{ ...control, stored: () => [Buffer.alloc(39)] }]), 'record', /too short/);
});

test('a commit with a wrong origin, first index, count, size, root or extension is refused', async () => {
  await assertFault(signed([control], { originLine: 'acme/b' }), 'commit', /another origin/);
  await assertFault(signed([control], { first: 0 }), 'commit', /begins at record 0/);
  await assertFault(signed([control], { count: 2 }), 'commit', /has 2 records, it has 1/);
  await assertFault(signed([control], { size: 3 }), 'commit', /for 3 records/);
  await assertFault(signed([control], { root: Buffer.alloc(32) }), 'root', /does not match/);
  await assertFault(signed([control], { extension: 'more\n' }), 'commit', /extension/);
});

test('further signatures of unknown keys are ignored, a malformed signature line is not', async () => {
  const line = `\u2014 witness.example ${Buffer.alloc(72, 7).toString('base64')}\n`;
  assert.equal((await verify(signed([control], { moreSignatures: line }))).fault, null);
  await assertFault(signed([control], { moreSignatures: `\u2014 witness.example\n` }), 'signature', /signature line/);
  const log = new LogBuilder();
  const forged = `\u2014 ${log.origin} ${Buffer.concat([Buffer.from(log.vkey.split('+')[1] ?? '', 'hex'), Buffer.alloc(64)]).toString('base64')}\n`;
  await assertFault(signed([control], { moreSignatures: forged }), 'signature', /does not verify/);
});

for (const [name, override] of [
  ['edge', { edge: [Buffer.alloc(32).toString('base64')] }],
  ['edge', { edge: [] }],
  ['open', { open: [] }],
  ['first', { first: 1 }],
  ['segment', { segment: 2 }],
  ['size', { size: 1 }],
  ['origin', { origin: 'acme/b' }],
  ['version', { v: 2 }],
  ['format', { format: 'other' }],
  ['key', { keys: [] }],
  ['time', { t: 'now' }],
  ['unknown key', { more: 1 }],
] as const) {
  test(`a header whose ${name} does not follow from the records before is refused (${JSON.stringify(override)})`, async () => {
    const log = signed([intent(A)]);
    log.roll(override);
    log.batch([control]);
    const { fault } = await verify(log);
    assert.equal(fault?.code, 'header', fault?.what ?? 'no fault');
    assert.equal(fault?.file, segmentFile(1));
    assert.equal(fault?.offset, 8);
  });
}

test('a commit frame without records, and a second header, are refused', async () => {
  const log = signed([control]);
  log.segments[0]?.splice(2, 0, log.commitFrame(0, 0));
  await assertFault(log, 'damaged', /commit frame without records/);
  const twice = signed([control]);
  twice.segments[0]?.splice(2, 0, frame('H', twice.headerBody()));
  await assertFault(twice, 'damaged', /header frame inside/);
  assert.ok(lengthOf(twice.segments[0] ?? []) > 0);
});

test('a commit frame too short to hold a note is refused', async () => {
  const log = signed([control]);
  log.segments[0]?.splice(-1, 1, frame('C', Buffer.alloc(11)));
  await assertFault(log, 'commit', /too short/);
});
