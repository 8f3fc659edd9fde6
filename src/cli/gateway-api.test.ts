import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { askGateway, CutOff, openGatewayApi, readGateway, streamGateway } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const HERE = 'http://127.0.0.1:1';
const TOKEN = 'abc.def-ghi_jkl';
const ioOf = (env: CliIo['env'], cwd = '/'): CliIo => ({
  env,
  cwd,
  stdout: { write: () => undefined },
  stderr: { write: () => undefined },
  exit: () => undefined,
});

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const answering =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body);

test('the token comes from the file that is named, else from the environment, and its line end does not count', async (t) => {
  const folder = temporaryDirectory(t);
  await writeFile(join(folder, 'token'), `${TOKEN}\n`);
  const io = ioOf({ GATEBOOK_TOKEN: 'from-the-environment' }, folder);
  assert.deepEqual(await openGatewayApi(io, { url: `${HERE}/`, tokenFile: 'token' }), {
    ok: true,
    value: { url: HERE, token: TOKEN },
  });
  const other = await openGatewayApi(io, { url: HERE });
  assert.equal(other.ok && other.value.token, 'from-the-environment');
});

test('without a token, with one that is none, or towards an address in clear nothing is sent', async () => {
  for (const [url, token, what] of [
    [HERE, undefined, /GATEBOOK_TOKEN/],
    [HERE, 'a b', /is not one/],
    [HERE, 'a\r\nHost: b', /is not one/],
    ['http://gateway.example.com', TOKEN, /must be https/],
    ['https://user:pw@gateway.example.com', TOKEN, /no credentials/],
    ['gateway', TOKEN, /must be https/],
  ] as const) {
    const api = await openGatewayApi(ioOf({ GATEBOOK_TOKEN: token }), { url });
    assert.ok(!api.ok && api.error.exit === 2);
    assert.match(api.error.message, what);
    if (token !== undefined) assert.equal(api.error.message.includes(token), false);
  }
});

test('a question carries the token and the body, and a good answer is given as it is', async (t) => {
  const seen: unknown[] = [];
  const url = await serve(t, (request, response) => {
    request.on('data', (chunk: Buffer) =>
      seen.push([request.method, request.url, request.headers.authorization, chunk.toString()]),
    );
    request.on('end', () => answering(201, '{"a":1}')(request, response));
  });
  assert.deepEqual(await askGateway({ url, token: TOKEN }, '/api/v1/x', { b: 2 }), { ok: true, value: { a: 1 } });
  assert.deepEqual(seen, [['POST', '/api/v1/x', `Bearer ${TOKEN}`, '{"b":2}']]);
});

test('a no says what the gateway said, with the exit code of who has to mend it', async (t) => {
  for (const [status, exit] of [
    [400, 2],
    [401, 1],
    [403, 1],
    [404, 1],
    [409, 1],
    [422, 2],
    [429, 3],
    [503, 3],
  ] as const) {
    const problem = { title: 'No.', detail: 'really\u001b[31m not', call: 'abc' };
    const url = await serve(t, answering(status, JSON.stringify(problem)));
    assert.deepEqual(await askGateway({ url, token: TOKEN }, '/'), {
      ok: false,
      error: { message: `${url} answered ${status}: No. really [31m not (call abc)`, exit },
    });
  }
});

test('what is no gateway, goes elsewhere, or does not answer exits 3', async (t) => {
  const html = await serve(t, answering(200, '<html>'));
  const reached: string[] = [];
  const elsewhere = await serve(t, (request, response) => {
    reached.push(request.url ?? '');
    if (request.url === '/') response.writeHead(307, { location: '/elsewhere' }).end();
    else answering(200, '{}')(request, response);
  });
  for (const url of [html, elsewhere, HERE]) {
    const answer = await askGateway({ url, token: TOKEN }, '/');
    assert.equal(!answer.ok && answer.error.exit, 3, url);
  }
  assert.deepEqual(reached, ['/']);
});

test('what is wrong with a filter is said with its place', async (t) => {
  const problem = { title: 'No.', parameter: 'filter', detail: 'cannot be read', offset: 5, expected: 'an operator' };
  const url = await serve(t, answering(400, JSON.stringify(problem)));
  const answer = await readGateway({ url, token: TOKEN }, '/');
  assert.equal(
    answer.ok ? '' : answer.error.message,
    `${url} answered 400: No. filter cannot be read at offset 5; expected an operator`,
  );
});

test('a stream is given as it comes, and one that is cut off is told from one that ended', async (t) => {
  const whole = await serve(t, (_request, response) => void response.end('one\ntwo\n'));
  const cut = await serve(t, (_request, response) => {
    response.write('one\n');
    setImmediate(() => response.destroy());
  });
  const open = async (url: string) => {
    const stream = await streamGateway({ url, token: TOKEN }, '/', new AbortController().signal);
    assert.ok(stream.ok);
    return stream.value.pieces;
  };
  assert.equal((await Array.fromAsync(await open(whole))).join(''), 'one\ntwo\n');
  await assert.rejects(Array.fromAsync(await open(cut)), CutOff);
  const refused = await streamGateway({ url: HERE, token: TOKEN }, '/', new AbortController().signal);
  assert.equal(refused.ok ? 0 : refused.error.exit, 3);
  const denied = await serve(t, answering(403, '{"title":"No."}'));
  const no = await streamGateway({ url: denied, token: TOKEN }, '/', new AbortController().signal);
  assert.equal(no.ok ? 0 : no.error.exit, 1);
});

test('a stream that is ended from here is no accident', async (t) => {
  const url = await serve(t, (_request, response) => void response.write('one\n'));
  const stop = new AbortController();
  const stream = await streamGateway({ url, token: TOKEN }, '/', stop.signal);
  assert.ok(stream.ok);
  const seen: string[] = [];
  for await (const piece of stream.value.pieces) {
    seen.push(piece);
    stop.abort();
  }
  assert.deepEqual(seen, ['one\n']);
});
