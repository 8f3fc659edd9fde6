import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createMetricsListener } from '#gateway/metrics-listener.ts';
import { LIMITS } from '#limits.ts';

type Answer = { readonly status: number; readonly type: string | undefined; readonly body: string };

async function open(t: TestContext, host = '127.0.0.1', text = async () => 'x 1\n# EOF\n') {
  const logged: object[] = [];
  const server = createMetricsListener({
    text,
    contentType: 'application/openmetrics-text',
    host,
    limits: LIMITS,
    log: { error: (line: object) => void logged.push(line) },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asked = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => void (body += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body }),
        );
      });
      asked.once('error', reject);
      asked.end();
    });
  return { ask, logged };
}

test('the metrics are given to whoever asks for exactly them', async (t) => {
  const { ask } = await open(t);
  assert.deepEqual(await ask('/metrics'), {
    status: 200,
    type: 'application/openmetrics-text',
    body: 'x 1\n# EOF\n',
  });
});

test('there is nothing else: no other path, no other method', async (t) => {
  const { ask } = await open(t);
  for (const path of ['/', '/healthz', '/metrics/', '/metrics?x=1', '/mcp/notes', '/api/v1/events'])
    assert.equal((await ask(path)).status, 404, path);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    assert.equal((await ask('/metrics', {}, method)).status, 405, method);
});

test('on loopback another name than one of loopback is refused, so that no page can be led to it', async (t) => {
  const { ask } = await open(t);
  for (const host of ['evil.example', 'evil.example:9420', '127.0.0.1.evil.example', 'localhost.evil.example'])
    assert.equal((await ask('/metrics', { host })).status, 421, host);
  for (const host of ['localhost:9420', '127.0.0.1', '[::1]:9420'])
    assert.equal((await ask('/metrics', { host })).status, 200, host);
});

test('beyond loopback the operator chose who reaches it, under whatever name', async (t) => {
  const { ask } = await open(t, '0.0.0.0');
  assert.equal((await ask('/metrics', { host: 'gatebook.monitoring.svc:9420' })).status, 200);
});

test('a fault in writing them ends that request, and says nothing of its message', async (t) => {
  const { ask, logged } = await open(t, '127.0.0.1', () => Promise.reject(new TypeError('about a secret')));
  await assert.rejects(ask('/metrics'), /socket hang up/);
  assert.deepEqual(
    logged.map((line) => (line as { frames: string[] }).frames[0]),
    ['TypeError'],
  );
  assert.equal(JSON.stringify(logged).includes('secret'), false);
});
