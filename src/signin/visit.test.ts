import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { it } from 'node:test';
import { cookiesOf, isForeignPost, readBytes, readForm } from '#signin/visit.ts';

const HERE = 'https://mcp.example.com';
const headers = (fields: Record<string, string>) =>
  new Map(Object.entries(fields).map(([name, value]) => [name, [value]] as const));

it('cookies are read by name, and of two with one name neither counts', () => {
  const cookies = cookiesOf(new Map([['cookie', ['a=1; __Host-gatebook="x~y"; b=2', 'b=3; bad name=4; c']]]));
  assert.deepEqual(
    [...cookies],
    [
      ['a', '1'],
      ['__Host-gatebook', 'x~y'],
    ],
  );
});

it('a form of another site is told apart from one of our own pages, which have no origin to tell', () => {
  const judged = (fields: Record<string, string>) => isForeignPost({ method: 'POST', headers: headers(fields) }, HERE);
  assert.equal(judged({}), false, 'no browser');
  assert.equal(judged({ origin: HERE }), false);
  assert.equal(judged({ origin: 'null', 'sec-fetch-site': 'same-origin' }), false);
  assert.equal(judged({ origin: 'null' }), true);
  assert.equal(judged({ origin: 'https://evil.example' }), true);
  assert.equal(judged({ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }), true);
  assert.equal(judged({ origin: HERE, 'sec-fetch-site': 'same-site' }), true);
  assert.equal(judged({ 'sec-fetch-site': 'cross-site' }), true);
  assert.equal(isForeignPost({ method: 'GET', headers: headers({ 'sec-fetch-site': 'cross-site' }) }, HERE), false);
});

function formOf(body: string, type = 'application/x-www-form-urlencoded', length?: string): IncomingMessage {
  const incoming = new IncomingMessage(new Socket());
  incoming.headers['content-type'] = type;
  if (length !== undefined) incoming.headers['content-length'] = length;
  incoming.push(body);
  incoming.push(null);
  return incoming;
}

const read = (incoming: IncomingMessage, bytesMax: number) => readForm(incoming, () => readBytes(incoming, bytesMax));

it('a form is read whole, and no more of it than its bound', async () => {
  const whole = await read(formOf('a=1&b=%C3%A9'), 100);
  assert.deepEqual(whole.ok ? [...whole.value] : whole, [
    ['a', '1'],
    ['b', 'é'],
  ]);
  assert.deepEqual(await read(formOf('a=123456789'), 10), { ok: false, error: 'too_large' });
  assert.deepEqual(await read(formOf('', undefined, '11'), 10), { ok: false, error: 'too_large' });
  assert.deepEqual(await read(formOf('{}', 'application/json'), 10), { ok: false, error: 'content_type' });
});

it('a form whose sender leaves in the middle is no form', async () => {
  const incoming = formOf('a=1');
  incoming.destroy(new Error('gone'));
  assert.deepEqual(await read(incoming, 100), { ok: false, error: 'cut_short' });
});
