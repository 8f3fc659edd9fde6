import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientRefusal } from '#signin/client-source.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';
import { createDocumentClients } from '#signin/registration/document-clients.ts';
import type { DocumentClientsParts } from '#signin/registration/document-clients.ts';
import type { DocumentFault } from '#signin/registration/pinned-fetch.ts';
import type { RegisteredClient } from '#oauth/registered-client.ts';
import { LIMITS } from '#limits.ts';
import { fakeClientStore } from '#test/fakes/clients.ts';

const URL_OF_CHAT = 'https://chat.example/client.json';
const DOCUMENT = { client_id: URL_OF_CHAT, client_name: 'Chat', redirect_uris: ['https://chat.example/cb'] };

function rig(changes: Partial<DocumentClientsParts> = {}) {
  const store = fakeClientStore();
  let answer: object | string | { readonly fault: DocumentFault } = DOCUMENT;
  let cacheControl: string | undefined;
  let now = 1_000_000;
  const [fetched, recorded]: [string[], string[]] = [[], []];
  const state = { isBusy: false, cannotRecord: false };
  const documents = createDocumentClients({
    policy: { domains: ['chat.example'], native: 'allow', others: 'approve' },
    urls: { ports: [443], allowsLocalNames: false },
    knownNames: [],
    store,
    async fetchDocument({ href }) {
      fetched.push(href);
      await new Promise((turn) => setImmediate(turn));
      if (typeof answer === 'object' && 'fault' in answer) return err(answer.fault);
      return ok({ bytes: Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)), cacheControl });
    },
    rate: { take: () => (state.isBusy ? 1_000 : 0) },
    sourceDigest: (source) => Buffer.from(source),
    async record({ id }, source, isNew) {
      recorded.push(`${isNew ? 'new' : 'changed'} ${id} by ${source}`);
      return !state.cannotRecord;
    },
    clock: () => now,
    monotonic: () => now,
    limits: LIMITS,
    ...changes,
  });
  const said = (found: Result<RegisteredClient, ClientRefusal>): string =>
    found.ok ? (found.value.metadata.name ?? '') : found.error.reason;
  return {
    store,
    fetched,
    recorded,
    state,
    find: async (id = URL_OF_CHAT) => said(await documents.find(id, 'a')),
    answers: (with_: typeof answer, cache?: string) => {
      answer = with_;
      cacheControl = cache;
    },
    pass: (ms: number) => void (now += ms),
  };
}

test('a document is fetched once for all who wait, kept, and fetched again when it is due', async () => {
  const { find, fetched, recorded, pass, answers } = rig();
  assert.deepEqual(await Promise.all([find(), find(), find()]), ['Chat', 'Chat', 'Chat']);
  assert.deepEqual([fetched.length, recorded], [1, [`new ${URL_OF_CHAT} by a`]]);
  pass(LIMITS.clientDocumentFreshMsMin - 1);
  assert.equal(await find(), 'Chat');
  assert.equal(fetched.length, 1);
  pass(1);
  answers(DOCUMENT, 'public, max-age=600');
  await find();
  assert.equal(fetched.length, 2);
  pass(599_999);
  await find();
  assert.equal(fetched.length, 2);
  pass(1);
  answers(DOCUMENT, 'max-age=999999999');
  await find();
  pass(LIMITS.clientDocumentFreshMsMax);
  await find();
  assert.equal(fetched.length, 4);
  assert.equal(recorded.length, 1, 'what did not change is no news');
});

test('a document that changed what people consent to is recorded, and counts from then on', async () => {
  const { find, recorded, pass, answers, store } = rig();
  await find();
  answers({ ...DOCUMENT, client_name: 'Chat 2' });
  assert.equal(await find(), 'Chat');
  pass(LIMITS.clientDocumentFreshMsMin);
  assert.equal(await find(), 'Chat 2');
  assert.deepEqual(recorded, [`new ${URL_OF_CHAT} by a`, `changed ${URL_OF_CHAT} by a`]);
  assert.equal(store.rows.get(URL_OF_CHAT)?.metadata.name, 'Chat 2');
});

test('a document that speaks for another address, or is no client’s, is no client', async () => {
  const { find, answers, store, pass } = rig();
  const cases: readonly (readonly [object | string, string])[] = [
    [{ ...DOCUMENT, client_id: 'https://chat.example/other.json' }, 'document_client_id'],
    [{ ...DOCUMENT, client_id: `${URL_OF_CHAT} ` }, 'document_client_id'],
    [{ ...DOCUMENT, client_id: undefined }, 'document_client_id'],
    [{ ...DOCUMENT, client_name: undefined }, 'document_name_missing'],
    [{ ...DOCUMENT, client_name: 'Gatebook' }, 'document_name_looks_like_gatebook'],
    [{ ...DOCUMENT, redirect_uris: ['javascript:alert(1)'] }, 'document_redirect_scheme'],
    [{ ...DOCUMENT, client_secret: 'x' }, 'document_secret_in_document'],
    [`{"client_id":"x","client_id":"${URL_OF_CHAT}"}`, 'document_no_json'],
    ['[]', 'document_no_object'],
  ];
  for (const [document, reason] of cases) {
    answers(document);
    assert.equal(await find(), reason);
    pass(LIMITS.clientDocumentRefusedMs);
  }
  assert.equal(store.rows.size, 0);
});

test('what was refused is not asked for again for a while, however often a stranger wants it', async () => {
  const { find, answers, fetched, pass } = rig();
  answers({ fault: 'redirected' });
  for (let turn = 0; turn < 10; turn += 1) assert.equal(await find(), 'document_redirected');
  assert.equal(fetched.length, 1);
  pass(LIMITS.clientDocumentRefusedMs);
  await find();
  assert.equal(fetched.length, 2);
});

test('a host that does not answer for a while signs nobody out; its own no does', async () => {
  const { find, answers, fetched, pass } = rig();
  await find();
  for (const fault of ['unresolved', 'unreachable', 'too_slow', 'status'] as const) {
    answers({ fault });
    pass(LIMITS.clientDocumentFreshMsMin);
    assert.deepEqual([await find(), await find()], ['Chat', 'Chat'], fault);
  }
  assert.equal(fetched.length, 5, 'each outage is met once a while');
  for (const fault of ['gone', 'address_refused', 'redirected', 'content_type', 'too_large'] as const) {
    answers({ fault });
    pass(LIMITS.clientDocumentRefusedMs);
    assert.deepEqual([await find(), await find()], [`document_${fault}`, `document_${fault}`]);
  }
  answers({ fault: 'unreachable' });
  pass(LIMITS.clientDocumentStaleMs);
  assert.equal(await find(), 'document_unreachable');
});

test('addresses that are none, and hosts that cannot be welcome, are not asked at all', async () => {
  const { find, fetched } = rig({ policy: { domains: ['chat.example'], native: 'deny', others: 'deny' } });
  assert.equal(await find('https://127.0.0.1/c'), 'document_url_host');
  assert.equal(await find('http://chat.example/c'), 'document_url_spelling');
  assert.equal(await find('https://evil.example/c'), 'document_host');
  assert.deepEqual(fetched, []);
  assert.equal(await find(), 'Chat');
});

test('over the rate nothing new is fetched, and what is kept goes on', async () => {
  const { find, state, pass, fetched } = rig();
  state.isBusy = true;
  assert.equal(await find(), 'document_rate_limited');
  state.isBusy = false;
  assert.equal(await find(), 'Chat');
  state.isBusy = true;
  pass(LIMITS.clientDocumentFreshMsMin);
  assert.equal(await find(), 'Chat');
  assert.equal(fetched.length, 1);
});

test('no more documents are fetched at once than there are places', async () => {
  const { find, fetched } = rig({ limits: { ...LIMITS, clientDocumentFetches: 2 } });
  const asked = ['a', 'b', 'c'].map((name) => find(`https://chat.example/${name}`));
  assert.deepEqual((await Promise.all(asked)).at(-1), 'document_rate_limited');
  assert.equal(fetched.length, 2);
});

test('a client that cannot be recorded or kept is none', async () => {
  const { find, state, store, pass } = rig();
  state.cannotRecord = true;
  assert.equal(await find(), 'audit_unavailable');
  assert.equal(store.rows.size, 0);
  state.cannotRecord = false;
  pass(LIMITS.clientDocumentRefusedMs);
  assert.equal(await find(), 'Chat');
});

test('one that an admin denied is not fetched again', async () => {
  const { find, fetched, store, pass } = rig();
  await find();
  await store.decide(URL_OF_CHAT, {
    is: 'denied',
    profile: '',
    atMs: 1,
    by: { issuer: 'i', subject: 's' },
    record: 'a:1',
  });
  pass(LIMITS.clientDocumentFreshMsMin);
  await find();
  assert.equal(fetched.length, 1);
});

test('refusals that are remembered are bounded', async () => {
  const { find, answers, fetched } = rig({ limits: { ...LIMITS, clientDocumentsRefused: 2 } });
  answers({ fault: 'gone' });
  for (const name of ['a', 'b', 'c']) await find(`https://chat.example/${name}`);
  await find('https://chat.example/c');
  assert.equal(fetched.length, 3);
  await find('https://chat.example/a');
  assert.equal(fetched.length, 4);
});
