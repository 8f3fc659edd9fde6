import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { verifyFiles } from '#ledger/verify/verify-shard.ts';
import { type DraftRecord, LogBuilder, memoryFiles } from '#test/golden/build.ts';

type Header = Readonly<Record<string, unknown>>;

const ADA = { issuer: 'idp', subject: 'ada' };
const GRACE = { issuer: 'idp', subject: 'grace' };
const HEIDI = { issuer: 'idp', subject: 'heidi' };
const T0 = 1_760_000_000_000;

const calls = new Map<string, string>();
/** The id of a call, by a name. */
function callOf(name: string): string {
  const known = calls.get(name) ?? calls.size.toString(2).replaceAll('0', 'a').replaceAll('1', 'b').padStart(26, 'c');
  calls.set(name, known);
  return known;
}
const control = (st: string, header: Header): DraftRecord => ({ kind: 'control', st, header: JSON.stringify(header) });
const about = (caller: object, detail: Header = {}, approval = 'apr_1'): Header => ({
  caller,
  connection: 'notes',
  method: 'tools/call',
  name: 'delete_note',
  decision: { effect: 'hold', approval },
  detail,
});
const asks = (detail: Header = {}, approval?: string): DraftRecord =>
  control('approval_requested', about(ADA, { needed: 1, ...detail }, approval));
const yes = (by: object, granted: string | undefined = 'once', more: Header = {}): DraftRecord =>
  control(
    'approval_vote',
    about(by, { vote: 'approve', state: granted === '' ? 'pending' : 'approved', granted, ...more }),
  );
const no = (by: object): DraftRecord => control('approval_vote', about(by, { vote: 'deny', state: 'denied' }));
const use = (call: string, header: Header = {}, leaf: Header = {}): DraftRecord => ({
  kind: 'intent',
  st: 'open',
  call: callOf(call),
  header: JSON.stringify({ ...about(ADA), ...header }),
  leaf,
});
const end = (act: string): DraftRecord => control(act, about({ issuer: 'gatebook', subject: 'gateway' }));

async function verified(
  records: readonly DraftRecord[],
  destroyed: (ids: readonly string[]) => readonly string[] = () => [],
) {
  const log = new LogBuilder();
  log.batch([{ kind: 'control', st: 'opened', subject: 'gatebook\ngateway' }]);
  for (const record of records) log.batch([record]);
  const keyFiles = memoryFiles(log.keyFiles(destroyed(log.ringIds())));
  return verifyFiles({ files: memoryFiles(log.files()), vkey: log.vkey, keyFiles });
}
async function passes(...records: readonly DraftRecord[]): Promise<void> {
  const { fault, notes } = await verified(records);
  assert.equal(fault, null);
  assert.deepEqual(notes, []);
}
async function fails(pattern: RegExp, ...records: readonly DraftRecord[]): Promise<void> {
  const { fault } = await verified(records);
  assert.equal(fault?.code, 'approval', JSON.stringify(fault));
  assert.match(fault.what, pattern);
  assert.equal(fault.record, records.length, 'the last of them is what is wrong');
}

test('one who asks, one who agrees and one call that goes up by it are as they should be', async () => {
  await passes(asks(), yes(GRACE), use('a'));
  await passes(asks({ needed: 2 }), yes(GRACE, ''), yes(HEIDI), use('a'));
  await passes(asks(), no(GRACE));
  await passes(use('a', { decision: { effect: 'allow' } }));
});

test('an approval that was given once carries one call', async () => {
  await fails(/which record 3 had used up/, asks(), yes(GRACE), use('a'), use('b'));
  await fails(/which record 3 had used up/, asks(), yes(GRACE), use('a'), use('b', { follows: [callOf('other')] }));
});

test('one that was given for a while carries many, of which no end comes before them', async () => {
  for (const scope of ['call', 'tool']) {
    await passes(asks(), yes(GRACE, scope), use('a'), use('b'), use('c'));
    await passes(
      asks(),
      yes(GRACE, scope),
      end('approval_expired'),
      use('a', {}, { t: T0 + 3 + BOUNDS.approvalEndMs }),
    );
    await fails(
      /had ended with record 3 \(approval_expired\)/,
      asks(),
      yes(GRACE, scope),
      end('approval_expired'),
      use('a', {}, { t: T0 + 4 + BOUNDS.approvalEndMs }),
    );
  }
});

test('the rounds of one call go on with one another, each once', async () => {
  const rounds = [use('a'), use('b', { follows: [callOf('a')] }), use('c', { follows: [callOf('b')] })];
  await passes(asks(), yes(GRACE), ...rounds);
  await fails(/goes on with the call .*already/, asks(), yes(GRACE), ...rounds, use('d', { follows: [callOf('a')] }));
});

test('nothing goes up by what nobody asked for, nobody gave, was refused, or is over', async () => {
  await fails(/which nobody asked for/, use('a'));
  await fails(/is an approval_vote of .*nobody asked for/, yes(GRACE));
  await fails(/which was not given/, asks(), use('a'));
  await fails(/which was not given/, asks({ needed: 2 }), yes(GRACE, ''), use('a'));
  await fails(/which record 2 had refused/, asks(), no(GRACE), yes(HEIDI), use('a'));
  for (const act of ['approval_expired', 'approval_withdrawn', 'approval_void'])
    await fails(/had ended/, asks(), yes(GRACE), end(act), use('a'));
});

test('a vote that the book says did not count does not, for and against', async () => {
  const without = (by: object): DraftRecord => control('approval_vote_void', about(by));
  await fails(/which was not given/, asks(), yes(GRACE), without(GRACE), use('a'));
  await passes(asks(), no(GRACE), without(GRACE), yes(HEIDI), use('a'));
  await passes(asks(), yes(GRACE), no(HEIDI), use('a'), without(HEIDI));
});

test('so many different people agreed as had to, and not whoever asked', async () => {
  await fails(/for which 1 of 2 agreed/, asks({ needed: 2 }), yes(GRACE), use('a'));
  await fails(/for which 1 of 2 agreed/, asks({ needed: 2 }), yes(GRACE, ''), yes(GRACE), use('a'));
  await fails(/for which whoever asked voted/, asks(), yes(ADA), use('a'));
  await passes(asks({ needed: 2 }), control('approval_break_glass', about(ADA)), yes(ADA), use('a'));
  const byHeidi = control('approval_break_glass', about(HEIDI));
  await fails(/for which 1 of 2 agreed/, asks({ needed: 2 }), byHeidi, yes(GRACE), use('a'));
  await fails(/in an emergency for more than once/, asks(), byHeidi, yes(HEIDI, 'tool'), use('a'));
});

test('what goes up is what was asked for, by whoever asked', async () => {
  await fails(/which another caller asked for/, asks(), yes(GRACE), use('a', { caller: HEIDI }));
  for (const other of [{ connection: 'other' }, { method: 'prompts/get' }, { name: 'delete_all' }])
    await fails(/which was asked for something else/, asks(), yes(GRACE), use('a', other));
  await passes(asks(), yes(GRACE), use('a', { name: 'delete_[EMAIL_ADDRESS:k2:abcdefghij234]' }));
});

test('a use after the time of a yes is one, by more than a record may wait', async () => {
  const until = new Date(T0).toISOString();
  const use_ = (t: number): DraftRecord => use('a', {}, { t });
  await passes(asks(), yes(GRACE, 'once', { usableUntil: until }), use_(T0 + BOUNDS.recordWaitMs));
  await fails(
    /whose time was over/,
    asks(),
    yes(GRACE, 'once', { usableUntil: until }),
    use_(T0 + BOUNDS.recordWaitMs + 1),
  );
});

test('where a reason was asked for there is one', async () => {
  const said = control('approval_statement', about(ADA));
  await passes(asks({ asks: ['reason'] }), said, yes(GRACE), use('a'));
  await fails(/had to say why and did not/, asks({ asks: ['reason'] }), yes(GRACE), use('a'));
});

test('no approval is asked for twice, and nothing that was held goes up without one', async () => {
  await fails(/asks for the approval "apr_1" a second time/, asks(), asks());
  await fails(/was held and names no approval/, use('a', { decision: { effect: 'hold' } }));
  await fails(/names no approval/, control('approval_vote', { caller: GRACE }));
});

test('what stands in the books of other processes is a note, and a second use is a fault there too', async () => {
  const shared = control('policy', { detail: { workers: 2 } });
  const { fault, notes } = await verified([shared, use('a')]);
  assert.equal(fault, null);
  assert.match(notes.join(), /1 calls went up by approvals .* verify those of the other processes/);
  assert.equal((await verified([shared, yes(GRACE)])).fault, null);
  await fails(/had used up/, shared, asks(), yes(GRACE), use('a'), use('b'));
  await fails(/had ended/, shared, asks(), yes(GRACE), end('approval_void'), use('a'));
});

test('what cannot be opened any more is a gap and no fault', async () => {
  const erased = { ...asks(), subject: 'okta\nbob' };
  const report = await verified([erased, { ...yes(GRACE), subject: 'okta\nbob' }, use('a')], (ids) => ids.slice(2, 3));
  assert.equal(report.fault, null);
  assert.equal(report.counts.keysDestroyed, 2);
  assert.match(report.notes.join(), /some of its records cannot be opened any more/);
});
