/** P8 beyond the official suite: odd requests get the same answer through the gateway, but for the named ones. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { startFixture } from './fixture/server.ts';
import { startGatebook } from './gatebook.ts';
import { INITIALIZE, ODD_REQUESTS } from './odd-requests.ts';
import type { OddRequest } from './odd-requests.ts';

type Answer = { readonly status: number; readonly session: string | undefined; readonly type: string; text: string };

function send(url: string, asked: Omit<OddRequest, 'name'>, session?: string): Promise<Answer> {
  const headers = { ...asked.headers, ...(session === undefined ? {} : { 'mcp-session-id': session }) };
  const body = typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body);
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: asked.method ?? 'POST', headers, agent: false }, (response) => {
      const id = response.headers['mcp-session-id'];
      const answer = {
        status: response.statusCode ?? 0,
        session: typeof id === 'string' ? id : undefined,
        type: (response.headers['content-type'] ?? '').split(';', 1)[0] ?? '',
        text: '',
      };
      response.setEncoding('utf8').on('data', (chunk: string) => (answer.text += chunk));
      response.once('end', () => resolve(answer));
    });
    sent.once('error', reject);
    sent.end(asked.body === undefined ? undefined : body);
  });
}

type Said = { readonly result?: unknown; readonly error?: { readonly code: number } };

/** What a client can act on: status, form, result or code of the error. */
function heard({ status, type, text }: Answer): object {
  const message = type === 'text/event-stream' ? (/^data: (\{.*)$/m.exec(text)?.[1] ?? '') : text;
  let said: Said | undefined;
  try {
    said = JSON.parse(message) as Said;
  } catch {
    said = undefined;
  }
  return { status, type: status === 202 ? '' : type, result: said?.result, code: said?.error?.code };
}

async function hear(url: string, asked: OddRequest): Promise<object> {
  const session = asked.inSession === true ? (await send(url, INITIALIZE)).session : undefined;
  return heard(await send(url, asked, session));
}

test('every odd request gets the same answer through the gateway, and every named exception another one', async (t) => {
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const gatebook = await startGatebook({ type: 'http', url: fixture.url });
  t.after(() => gatebook.close());
  assert.equal(new Set(ODD_REQUESTS.map(({ name }) => name)).size, ODD_REQUESTS.length);
  const wrong: object[] = [];
  for (const asked of ODD_REQUESTS) {
    const [direct, through] = [await hear(fixture.url, asked), await hear(gatebook.url, asked)];
    if (isDeepStrictEqual(direct, through) !== (asked.differs === undefined))
      wrong.push({ name: asked.name, differs: asked.differs, direct, through });
  }
  assert.deepEqual(wrong, []);
});
