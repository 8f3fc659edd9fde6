import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { createCheckpoints } from '#api/checkpoints.ts';
import { RecordProof } from '#api/contract/events.ts';
import { ROUTES } from '#api/routes.ts';
import { openBook } from '#events/book.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { AUDITOR_TOKEN, by, directSearcher, listenApi } from '#test/fakes/api.ts';
import { indexBook, indexedBook } from '#test/fakes/indexed-book.ts';
import { goCheckProof, whyNoGo } from '#test/golden/go.ts';

async function opened(t: TestContext) {
  const real = await indexedBook(t);
  for (let i = 0; i < 300; i += 1) await real.call('find', { i }, 'x');
  await real.close();
  await indexBook(real.data);
  const place = { dataDirectory: real.data, deployment: 'acme', firstShard: 'a', masterKey: undefined };
  const book = openBook(nodeDisk, place);
  t.after(() => book.close());
  const checkpoints = createCheckpoints({
    dataDirectory: real.data,
    ledger: real.ledger,
    monotonic: () => 0,
    freshMs: 1,
  });
  const searcher = directSearcher(t, real.data, () => Date.now());
  const { ask, gateway } = await listenApi(t, ROUTES, { book, checkpoints, searcher, limits: { searchWaitMs: 0 } });
  const get = (path: string) => ask({ method: 'GET', path: `/api/v1/events/${path}`, headers: by(AUDITOR_TOKEN) });
  return { real, get, gateway };
}

test('a proof for any record is accepted by Go, and refused for another leaf', async (t) => {
  const { real, get } = await opened(t);
  const reason = whyNoGo();
  if (reason !== undefined) return t.skip(reason);
  const [vkey, leafFile, proofFile] = ['vkey', 'leaf', 'proof'].map((name) => join(real.data, name)) as [
    string,
    string,
    string,
  ];
  for (const n of [0, 1, real.first + 1, 255, 256, 300]) {
    const { status, text } = await get(`a/${n}/proof`);
    assert.equal(status, 200, text);
    const { leaf, proof, verifierKey, index } = RecordProof.parse(JSON.parse(text));
    assert.equal((JSON.parse(leaf) as { n: number }).n, index);
    writeFileSync(vkey, verifierKey);
    writeFileSync(leafFile, leaf);
    writeFileSync(proofFile, proof);
    const good = goCheckProof(vkey, leafFile, proofFile);
    assert.equal(good.status, 0, good.output);
    assert.match(good.output, new RegExp(`^OK origin=acme/a index=${n} size=\\d+\n$`));
    assert.equal((await get(`a/${n}/proof?format=tlog-proof`)).text, proof);
  }
  writeFileSync(leafFile, readFileSync(leafFile, 'utf8').replace('"ok"', '"error"').replace('"open"', '"ok"'));
  assert.equal(goCheckProof(vkey, leafFile, proofFile).status, 1);
});

test('what is not in the book, or not in the index yet, has no proof', async (t) => {
  const { real, get } = await opened(t);
  assert.equal((await get('a/99999/proof')).status, 404);
  assert.equal((await get('b/0/proof')).status, 404);
  const meta = new DatabaseSync(join(real.data, 'index', 'a', 'meta.db'));
  meta.exec('DELETE FROM tree WHERE id > 0');
  meta.close();
  const { status, text } = await get('a/1/proof');
  assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [503, 'not_indexed']);
});

test('a proof that would not lead to the signed root is never given out', async (t) => {
  const { real, get, gateway } = await opened(t);
  const meta = new DatabaseSync(join(real.data, 'index', 'a', 'meta.db'));
  const { hashes } = meta.prepare('SELECT hashes FROM tree WHERE id = 0').get() as { hashes: Uint8Array };
  meta.prepare('UPDATE tree SET hashes = ? WHERE id = 0').run(hashes.map((byte) => byte ^ 1));
  meta.close();
  const { status, text } = await get('a/1/proof');
  assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [500, 'record_damaged']);
  assert.equal(gateway.logged.length, 1);
});
