import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Readable } from 'node:stream';
import { boundStalls, PIECE_BYTES } from '#api/stall.ts';

test('a client that reads nothing of a large answer is cut off; one that reads it all is not', async (t) => {
  const responses: ServerResponse[] = [];
  const server = createServer((request, response) => {
    responses.push(response);
    // The reader's machine may be busy for a while; the idle one never reads.
    boundStalls(response, request.url === '/idle' ? 50 : 5_000);
    Readable.from(Array.from({ length: 512 }, () => Buffer.alloc(PIECE_BYTES))).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const idle = connect(port, '127.0.0.1').pause();
  idle.on('error', () => undefined);
  idle.write('GET /idle HTTP/1.1\r\nHost: x\r\n\r\n');
  const reader = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal((await reader.arrayBuffer()).byteLength, 32 * 1024 * 1024);
  const stalled = responses.find((response) => !response.writableFinished);
  assert.ok(stalled !== undefined);
  if (!stalled.closed) await once(stalled, 'close');
  assert.equal(stalled.writableFinished, false);
  idle.destroy();
});
