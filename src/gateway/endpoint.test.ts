import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opensEndpoint, serveEndpoint } from '#gateway/endpoint.ts';
import { endpointIdsOf } from '#gateway/endpoint-address.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { parse } from '#gateway/steps/parse.ts';
import { callerKey } from '#identity/caller.ts';
import { ok } from '#result.ts';
import {
  ADA,
  ADA_TOKEN,
  arrived,
  bodyRead,
  EVE_TOKEN,
  fakeGateway,
  GRACE_TOKEN,
  must,
  repliedOf,
} from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';
import { shapeOf } from '#test/fakes/ledger.ts';
import { eventOf, streamAnswer } from '#test/fakes/upstream.ts';

/** A gateway whose connection `notes` has a server of the old transport, which says this and then waits for its end. */
function rig(...said: string[]) {
  const gateway: FakeGateway = fakeGateway();
  const ended: (string | undefined)[] = [];
  const listening = Promise.withResolvers<void>();
  gateway.upstream.listening = () =>
    ok(
      streamAnswer(
        (async function* talk() {
          for (const message of said) yield eventOf(message);
          listening.resolve();
          const signal = gateway.upstream.listened.at(-1)?.signal ?? assert.fail('nobody listens');
          if (!signal.aborted)
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        })(),
      ),
    );
  const notes = gateway.connections.get('notes') ?? assert.fail();
  const upstream = {
    ...notes.upstream,
    endSession: async ({ gatewaySession }: { readonly gatewaySession: string | undefined }) => {
      ended.push(gatewaySession);
      return ok(204);
    },
  };
  const connections = new Map([...gateway.connections, ['notes', { ...notes, upstream, offersEndpoint: true }]]);
  const old: Gateway = { ...gateway, connections };
  return { gateway, old, ended, listening: listening.promise };
}
const GET: Ask = { method: 'GET', headers: { accept: 'text/event-stream' } };

async function opened(said: string[] = [], ask: Ask = GET) {
  const { old, gateway, ended, listening } = rig(...said);
  const gone = new AbortController();
  const call = arrived(old, { ...ask, gone: gone.signal });
  const served = serveEndpoint(call, old);
  await Promise.race([listening, served]);
  const first = repliedOf(call).sent[0];
  const address = first?.form === 'event' ? (/^event: endpoint\ndata: (.*)\n\n$/.exec(first.text)?.[1] ?? '') : '';
  return { old, gateway, ended, gone, call, served, address, id: endpointIdsOf(address)[0] ?? '' };
}

/** What `parse` makes of a message to this address. */
async function said(old: Gateway, address: string, message: object, token = ADA_TOKEN) {
  const call = await bodyRead(old, { message: { jsonrpc: '2.0', ...message }, token });
  call.http.request.url = address;
  return parse(call, old);
}

test('a GET without a session opens an endpoint where the server is of the old transport, and nowhere else', () => {
  const { old } = rig();
  assert.equal(opensEndpoint(arrived(old, GET), old), true);
  assert.equal(opensEndpoint(arrived(old, { ...GET, headers: { 'mcp-session-id': 'a' } }), old), false);
  assert.equal(opensEndpoint(arrived(old, { ...GET, connection: 'process' }), old), false);
  assert.equal(opensEndpoint(arrived(old, { ...GET, connection: 'unknown' }), old), false);
});

test('the stream is recorded, then named to its client; its messages are recorded before they come down; it ends with its client, and the session with it', async () => {
  const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';
  const { old, gateway, ended, gone, call, served, id } = await opened([changed]);
  assert.match(id, /^\w{20,}$/);
  assert.ok(old.sessions.find({ caller: callerKey(ADA), connection: 'notes' }, id) !== undefined);
  gone.abort();
  await served;
  assert.deepEqual(
    repliedOf(call).sent.map((one) => one.form === 'event' && one.text.replace(id, 'ID')),
    ['event: endpoint\ndata: /mcp/notes?session=ID\n\n', `data: ${changed}\n\n`],
  );
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control listen', 'stream down', 'control listen_end']);
  assert.equal(old.sessions.find({ caller: callerKey(ADA), connection: 'notes' }, id), undefined);
  assert.deepEqual(ended, [id]);
  assert.doesNotMatch(JSON.stringify(gateway.ledger.entries), new RegExp(id));
});

test('without a token, a grant, or a record there is no stream', async () => {
  for (const [ask, code] of [
    [{ ...GET, token: 'nobody' }, 401],
    [{ ...GET, token: EVE_TOKEN, connection: 'private' }, 404],
  ] as const) {
    const { old, gateway } = rig();
    const call = arrived(old, ask);
    await serveEndpoint(call, old);
    const [sent] = repliedOf(call).sent;
    assert.ok(sent?.form === 'json' && sent.status === code, JSON.stringify(sent));
    assert.equal(gateway.upstream.listened.length, 0);
  }
  const { old, gateway } = rig();
  gateway.ledger.refusing = () => ({ reason: 'latched', retryAfterMs: 1_000 });
  const call = arrived(old, GET);
  await serveEndpoint(call, old);
  const [sent] = repliedOf(call).sent;
  assert.ok(sent?.form === 'json' && sent.status === 503, JSON.stringify(sent));
  assert.equal(old.sessions.count(), 0);
});

test('a message to the endpoint is of its session, a request answered on its stream; anybody else’s id is unknown', async () => {
  const { old, address, id, gone, served } = await opened();
  const params = { protocolVersion: '2024-11-05', clientInfo: { name: 'old', version: '1' } };
  const begun = must(await said(old, address, { id: 0, method: 'initialize', params }));
  assert.deepEqual([begun.session.wireId, begun.session.client?.name], [id, 'old']);
  assert.equal(begun.reply.started(), true);
  const told = must(await said(old, address, { method: 'notifications/initialized' }));
  assert.equal(told.session.wireId, id);
  assert.equal(told.reply.started(), false, 'a notification is answered by HTTP');
  const refused = async (where: string, message: object, token?: string) => {
    const result = await said(old, where, message, token);
    return result.ok ? 'ok' : result.error.code;
  };
  for (const message of [
    { id: 1, method: 'ping' },
    { id: 0, method: 'initialize', params },
  ]) {
    assert.equal(await refused(address, message, GRACE_TOKEN), 'unknown_session');
    assert.equal(await refused('/mcp/notes?session=made-up', message), 'unknown_session');
    assert.equal(await refused(`${address}&session=${id}`, message), 'unknown_session');
  }
  gone.abort();
  let isOver = false;
  void served.then(() => (isOver = true));
  await new Promise(setImmediate);
  assert.equal(isOver, false, 'an open call still has its answer to come');
  begun.reply.end();
  await served;
  assert.equal(await refused(address, { id: 1, method: 'ping' }), 'unknown_session');
});

test('where no endpoint is offered the query means nothing', async () => {
  const gateway = fakeGateway();
  const found = must(await said(gateway, '/mcp/notes?session=made-up', { id: 1, method: 'ping' }));
  assert.equal(found.session.wireId, undefined);
});
