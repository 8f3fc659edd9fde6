import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createOpenExchanges } from '#gateway/open-exchanges.ts';

type Line = { readonly socket: Socket; readonly text: () => string; readonly isOver: () => boolean };

async function listen(t: TestContext) {
  const held: ServerResponse[] = [];
  const exchanges = createOpenExchanges((request, response) => {
    if (request.url === '/held') held.push(response);
    else response.end('ok');
  });
  const server = createServer(exchanges.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const open = async (): Promise<Line> => {
    let text = '';
    let isOver = false;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('end', () => (isOver = true)).on('error', () => assert.fail('the connection was reset'));
    await new Promise((resolve) => socket.once('connect', resolve));
    return { socket, text: () => text, isOver: () => isOver };
  };
  return { exchanges, held, open };
}

const ask = ({ socket }: Line, path: string): void => void socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (holds()) return;
    await new Promise((next) => {
      setTimeout(next, 5);
    });
  }
  assert.fail(what);
}

test('an exchange counts until its answer has gone out', async (t) => {
  const { exchanges, held, open } = await listen(t);
  const line = await open();
  ask(line, '/held');
  await until('held', () => held.length === 1);
  assert.equal(exchanges.count(), 1);
  held[0]?.end('done');
  await until('not counted any more', () => exchanges.count() === 0);
  ask(line, '/held');
  await until('held', () => held.length === 2);
  line.socket.destroy();
  await until('a client that left counts no more', () => exchanges.count() === 0);
});

test('leaving ends connections between two requests at once, and those with one after its answer', async (t) => {
  const { exchanges, held, open } = await listen(t);
  const [idle, busy] = [await open(), await open()];
  ask(idle, '/');
  ask(busy, '/held');
  await until('answered', () => idle.text().includes('ok') && held.length === 1);
  exchanges.leave();
  await until('the idle one is ended', idle.isOver);
  assert.equal(busy.isOver(), false);
  held[0]?.end('done');
  await until('the busy one is ended', busy.isOver);
  assert.match(busy.text(), /done/);
});

test('a connection whose first request comes while leaving gets its answer, and is told that it is closed', async (t) => {
  const { exchanges, open } = await listen(t);
  const line = await open();
  exchanges.leave();
  ask(line, '/');
  await until('ended', line.isOver);
  assert.match(line.text(), /connection: close[^]*ok/i);
});
