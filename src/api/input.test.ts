import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { z } from 'zod';
import type { Operation } from '#api/contract/operation.ts';
import { integerParameter } from '#api/contract/operation.ts';
import { readInput } from '#api/input.ts';
import { LIMITS } from '#limits.ts';

const operation: Operation = {
  id: 'x',
  method: 'POST',
  path: '/api/v1/checkpoint',
  summary: '',
  roles: [],
  params: z.object({ shard: z.string().regex(/^[a-z]$/) }),
  query: z.object({ limit: integerParameter(1, 10).optional(), q: z.string().optional() }),
  body: z.strictObject({ reason: z.string() }),
  answers: {},
  problems: [],
};

function incoming(body: string | Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }) {
  const message = new IncomingMessage(new Socket());
  Object.assign(message.headers, headers);
  message.push(Buffer.from(body));
  message.push(null);
  return message;
}

const read = async (query: string, body = incoming('{"reason":"r"}'), shard = 'a', of = operation) =>
  readInput(of, { params: { shard }, query: new URLSearchParams(query), incoming: body }, LIMITS);
const fault = async (...args: Parameters<typeof read>): Promise<string> => {
  const input = await read(...args);
  return input.ok ? 'taken' : `${input.error.code} ${input.error.parameter ?? input.error.reason}`;
};

test('what the schemas take comes out typed', async () => {
  assert.deepEqual(await read('limit=7&q=a+b'), {
    ok: true,
    value: { params: { shard: 'a' }, query: { limit: 7, q: 'a b' }, headers: undefined, body: { reason: 'r' } },
  });
});

test('unknown, repeated and malformed parameters are refused by name', async () => {
  assert.equal(await fault('limt=7'), 'invalid_parameter limt');
  assert.equal(await fault('limit=7&limit=7'), 'invalid_parameter limit');
  for (const value of ['', ' 7', '7.0', '0x7', '1e1', '-1', '0', '11', '٣'])
    assert.equal(await fault(`limit=${encodeURIComponent(value)}`), 'invalid_parameter limit', value);
  assert.equal(await fault('', undefined, 'A'), 'invalid_parameter shard');
  assert.equal(await fault('__proto__=1'), 'invalid_parameter __proto__');
  assert.equal((await fault(`${'x'.repeat(1_000)}=1`)).length, 'invalid_parameter '.length + 64);
});

test('of headers those alone are read that the operation names, and one that came twice is none', async () => {
  const named = { ...operation, headers: z.object({ 'last-event-id': integerParameter(0, 99).optional() }) };
  const sent = (id: Record<string, string>) =>
    incoming('{"reason":"r"}', { 'content-type': 'application/json', cookie: 'x', ...id });
  const input = await read('', sent({ 'last-event-id': '7' }), 'a', named);
  assert.deepEqual(input.ok && input.value.headers, { 'last-event-id': 7 });
  const without = await read('', sent({}), 'a', named);
  assert.deepEqual(without.ok && without.value.headers, {});
  assert.equal(await fault('', sent({ 'last-event-id': '7, 8' }), 'a', named), 'invalid_parameter last-event-id');
});

test('an operation without parameters takes none', async () => {
  const { query: _, ...bare } = operation;
  assert.equal(await fault('a=1', undefined, 'a', bare), 'invalid_parameter a');
});

test('a body is bounded, unambiguous JSON of the right type', async () => {
  assert.equal(await fault('', incoming('{"reason":"r"}', {})), 'content_type not_json');
  assert.equal(
    await fault('', incoming('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' })),
    'content_type not_json',
  );
  assert.equal(await fault('', incoming('{"reason":"r"')), 'invalid_request parse_error');
  assert.equal(await fault('', incoming('{"reason":"r","reason":"s"}')), 'invalid_request duplicate_key');
  assert.equal(await fault('', incoming('{"reason":7}')), 'invalid_parameter reason');
  assert.equal(await fault('', incoming('{"reason":"r","more":1}')), 'invalid_parameter more');
  assert.equal(await fault('', incoming(Buffer.alloc(LIMITS.apiBodyBytes + 1, 0x20))), 'too_large body');
});
