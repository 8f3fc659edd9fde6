/** A client that registers nowhere: its id is the address of a document it publishes. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createFakeBrowser } from '../fakes/browser.ts';
import { startDocumentHost } from '../fakes/document-host.ts';
import { startSignInGateway, walkThrough } from './sign-in-site.ts';

const HOST = 'chat.example';
const BACK = 'http://127.0.0.1:33418/callback';
const VERIFIER = randomBytes(32).toString('base64url');

type Answer = Readonly<Record<string, unknown>>;

test('a client signs a person in by its document, and goes on over a restart while the host of the document is away', async (t) => {
  const documents = await startDocumentHost([HOST]);
  let isAway = false;
  t.after(() => (isAway ? undefined : documents.close()));
  const id = `https://${HOST}:${documents.port}/client.json`;
  documents.serve('/client.json', {
    client_id: id,
    client_name: 'Chat',
    redirect_uris: ['http://127.0.0.1/callback'],
  });
  const site = await startSignInGateway(t, {
    signIn: `signIn: { clients: { documents: { ports: [${documents.port}], networks: [127.0.0.1] } } }`,
    limits: { clientDocumentFreshMsMin: 0 },
    documentNetwork: { ca: documents.ca, resolve: async () => ['127.0.0.1'] },
  });
  const token = async (fields: Readonly<Record<string, string>>): Promise<Answer> => {
    const body = new URLSearchParams({ client_id: id, ...fields });
    return (await (await fetch(`${site.origin}/oauth/token`, { method: 'POST', body })).json()) as Answer;
  };
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: id,
    redirect_uri: BACK,
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    resource: site.url('notes'),
  });
  const url = `${site.origin}/oauth/authorize?${asked.toString()}`;
  const page = await createFakeBrowser().open(url);
  assert.match(page.words, new RegExp(HOST), 'the page names the host of the document');
  const back = await walkThrough(createFakeBrowser(), url, { stopAt: BACK });
  const code = new URL(back.url).searchParams.get('code') ?? assert.fail(back.words);
  const first = await token({ grant_type: 'authorization_code', code, redirect_uri: BACK, code_verifier: VERIFIER });
  assert.equal(first['token_type'], 'Bearer', JSON.stringify(first));
  assert.ok(documents.asked.every((one) => one === `${HOST}:${documents.port}/client.json`));

  isAway = true;
  await documents.close();
  await site.restart();
  const second = await token({ grant_type: 'refresh_token', refresh_token: String(first['refresh_token']) });
  assert.equal(second['token_type'], 'Bearer', JSON.stringify(second));
  const registered = (await site.records()).filter(({ leaf }) => leaf.st === 'client_registered');
  assert.deepEqual(
    registered.map(({ header }) => [header?.client?.id, header?.detail?.['document']]),
    [[`gatebook:${id}`, true]],
  );
});
