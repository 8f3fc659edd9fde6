import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenHow } from '#ledger/disk.ts';
import { openKeyReader, openKeys } from '#ledger/open-keys.ts';
import { systemRandom } from '#ledger/random.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';
import type { FakeDisk } from '#test/fakes/disk.ts';

const dir = '/keys';
const open = (disk: FakeDisk, more: { masterKey?: string } = {}) =>
  openKeys({ disk: disk.mount(), dir, origin: 'acme/a', random: systemRandom, ...more });
const reason = async (disk: FakeDisk, more: { masterKey?: string } = {}): Promise<string> => {
  const opened = await open(disk, more);
  return opened.ok ? 'opened' : opened.error.reason;
};
const gone = (): undefined => undefined;

async function opened(disk: FakeDisk) {
  const keys = await open(disk);
  if (!keys.ok) return assert.fail(keys.error.message);
  return keys.value;
}

test('a second opening finds the same log key and the same keys of day and caller', async () => {
  const disk = createFakeDisk(1);
  const first = await opened(disk);
  const key = await first.keyring.obtain(20_000, 'issuer\nanna');
  await first.keyring.close();
  const second = await opened(disk);
  assert.equal(second.signer.vkey, first.signer.vkey);
  const again = await second.keyring.obtain(20_000, 'issuer\nanna');
  assert.deepEqual(again.subject, key.subject);
  assert.ok(again.key.equals(key.key));
  await second.keyring.close();
});

test('only one process holds the key directory', async () => {
  const disk = createFakeDisk(1);
  const first = await opened(disk);
  assert.equal(await reason(disk), 'locked');
  await first.keyring.close();
  assert.equal(await reason(disk), 'opened');
});

test('a lost master key is never replaced while keys wrapped with it exist', async () => {
  const disk = createFakeDisk(1);
  await (await opened(disk)).keyring.close();
  disk.tamper('/keys/master.key', gone);
  assert.equal(await reason(disk), 'missing_master');
  assert.equal(disk.contents().has('/keys/master.key'), false);
});

test('a lost key ring is never replaced: without it no earlier record can be read', async () => {
  const disk = createFakeDisk(1);
  await (await opened(disk)).keyring.close();
  disk.tamper('/keys/ring.jsonl', gone);
  assert.equal(await reason(disk), 'missing_keys');
  assert.equal(disk.contents().has('/keys/ring.jsonl'), false);
});

test('no keys are made for a book that already has others', async () => {
  const disk = createFakeDisk(1);
  const mounted = disk.mount();
  await mounted.makeDirectory('/ledger/a', 0o700);
  const vkey = await mounted.open('/ledger/a/log.vkey', 'create');
  await vkey.write(Buffer.from('acme/a+00000000+x\n'), 0);
  await vkey.close();
  const found = await openKeys({ disk: mounted, dir, bookDir: '/ledger/a', origin: 'acme/a', random: systemRandom });
  assert.equal(found.ok ? 'opened' : found.error.reason, 'missing_keys');
  assert.deepEqual(
    [...disk.contents().keys()].filter((path) => path.endsWith('.key')),
    [],
  );
});

test('an operator’s master key is used as given, none is made beside it, and a malformed one is refused', async () => {
  const disk = createFakeDisk(1);
  const masterKey = Buffer.alloc(32, 3).toString('base64');
  const given = await open(disk, { masterKey: `${masterKey}\n` });
  assert.ok(given.ok);
  await given.value.keyring.close();
  assert.equal(disk.contents().has('/keys/master.key'), false);
  assert.equal(await reason(disk), 'missing_master');
  for (const text of ['', 'short', 'A'.repeat(44)])
    assert.equal(await reason(disk, { masterKey: text }), 'bad_master', text);
  const own = createFakeDisk(1);
  await (await opened(own)).keyring.close();
  own.tamper('/keys/master.key', () => Buffer.from('short\n'));
  assert.equal(await reason(own), 'bad_master');
});

test('another master key, another origin or a damaged log key refuses', async () => {
  const disk = createFakeDisk(1);
  await (await opened(disk)).keyring.close();
  const master = disk.contents().get('/keys/master.key') ?? assert.fail();
  disk.tamper('/keys/master.key', () => Buffer.from(`${Buffer.alloc(32, 1).toString('base64')}\n`));
  assert.equal(await reason(disk), 'bad_log_key');
  disk.tamper('/keys/master.key', () => master);
  const other = await openKeys({ disk: disk.mount(), dir, origin: 'acme/b', random: systemRandom });
  assert.equal(other.ok ? 'opened' : other.error.reason, 'bad_log_key');
  disk.tamper('/keys/log.key', () => Buffer.from('{'));
  assert.equal(await reason(disk), 'bad_log_key');
});

test('a ring damaged before its last line refuses and names the line', async () => {
  const disk = createFakeDisk(1);
  const { keyring } = await opened(disk);
  await keyring.obtain(1, 'a\nb');
  await keyring.close();
  disk.tamper('/keys/ring.jsonl', (bytes) => bytes.fill(0x20, 0, 9));
  const refused = await open(disk);
  assert.match(refused.ok ? '' : refused.error.message, /line 1/);
});

test('nothing in the key directory shows a key or a caller in clear', async () => {
  const disk = createFakeDisk(1);
  const { keyring } = await opened(disk);
  await keyring.obtain(1, 'https://issuer.example\nanna');
  const text = disk.contents().get('/keys/ring.jsonl')?.toString() ?? '';
  assert.ok(!/anna|issuer/.test(text));
  await keyring.close();
});

test('a key reader that reads beside a write reads again; what stays damaged is refused', async () => {
  for (const tornReads of [1, 10]) {
    const fake = createFakeDisk(1);
    const { keyring } = await opened(fake);
    await keyring.obtain(1, 'a\nb');
    await keyring.close();
    const disk = fake.mount();
    let reads = 0;
    const torn = {
      ...disk,
      open: async (path: string, how: OpenHow) => {
        const file = await disk.open(path, how);
        if (!path.endsWith('ring.jsonl')) return file;
        const read = async (into: Uint8Array, position: number): Promise<number> => {
          const count = await file.read(into, position);
          if ((reads += 1) <= tornReads) into.fill(0, 0, 9);
          return count;
        };
        return {
          read,
          size: () => file.size(),
          close: () => file.close(),
          write: (bytes: Uint8Array, position: number) => file.write(bytes, position),
          datasync: () => file.datasync(),
        };
      },
    };
    const reader = await openKeyReader({ disk: torn, dir });
    assert.equal(reader.ok, tornReads === 1);
  }
});

test('a key reader finds keys made after it was opened, and misses those destroyed', async () => {
  const disk = createFakeDisk(1);
  const { keyring } = await opened(disk);
  const reader = await openKeyReader({ disk: disk.mount(), dir });
  assert.ok(reader.ok);
  const made = await keyring.obtain(5, 'a\nb');
  assert.ok((await reader.value.open(made))?.equals(made.key));
  assert.equal(await reader.value.open({ day: 6, subject: made.subject }), undefined);
  await keyring.close();
  disk.tamper('/keys/ring.jsonl', (bytes) => Buffer.from(bytes.toString().replace(/^.*"day:5".*\n/m, '')));
  const fresh = await openKeyReader({ disk: disk.mount(), dir });
  assert.ok(fresh.ok);
  assert.equal(await fresh.value.open(made), undefined);
});

test('a key reader without a master key says so', async () => {
  const reader = await openKeyReader({ disk: createFakeDisk(1).mount(), dir });
  assert.equal(reader.ok ? '' : reader.error.reason, 'missing_master');
});

test('another shard uses the master key of the first, has a ring of its own, and makes no master key', async () => {
  const disk = createFakeDisk(1);
  const second = { disk: disk.mount(), dir: '/keys/a-2', masterDir: dir, origin: 'acme/a-2', random: systemRandom };
  const early = await openKeys(second);
  assert.equal(early.ok ? 'opened' : early.error.reason, 'missing_master');
  const first = await opened(disk);
  const later = await openKeys(second);
  assert.ok(later.ok);
  assert.ok(later.value.maskingKey.equals(first.maskingKey));
  assert.equal(disk.contents().has('/keys/a-2/master.key'), false);
  const made = await later.value.keyring.obtain(5, 'a\nb');
  const reader = await openKeyReader({ disk: disk.mount(), dir: '/keys/a-2', masterDir: dir });
  assert.ok(reader.ok && (await reader.value.open(made))?.equals(made.key));
  await first.keyring.close();
  await later.value.keyring.close();
});
