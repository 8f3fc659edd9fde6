import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { route, type ApiOutcome } from '#api/call.ts';
import { getCheckpoint } from '#api/contract/checkpoint.ts';
import { createRevocation } from '#api/contract/revocation.ts';
import type { Headers } from '#gateway/call.ts';
import { asVerified } from '#identity/verified-caller.ts';
import { err, ok } from '#result.ts';
import { createSessionCookie } from '#signin/session-cookie.ts';
import type { Present } from '#signin/web-session.ts';
import { ADMIN_TOKEN, AUDITOR_TOKEN, BOTH_TOKEN, by, listenApi, STRANGER_TOKEN } from '#test/fakes/api.ts';
import { ADA_TOKEN, GRACE } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const PATH = '/api/v1/checkpoint';
const asking = (token: string) => ({ method: 'GET', path: PATH, headers: by(token) });
const codeOf = ({ text }: { readonly text: string }): unknown => (JSON.parse(text) as { code: unknown }).code;
const served = () => ok({ json: 'served' });

test('a role of the operation is let in; nobody else is', async (t) => {
  const { ask } = await listenApi(t, [route(getCheckpoint, served)]);
  assert.equal((await ask(asking(AUDITOR_TOKEN))).text, '"served"');
  assert.equal((await ask(asking(ADMIN_TOKEN))).text, '"served"');
  const denied = await ask(asking(STRANGER_TOKEN));
  assert.deepEqual([denied.status, codeOf(denied)], [403, 'forbidden']);
});

test('an auditor who is an admin too reads, and changes nothing', async (t) => {
  let changes = 0;
  const { ask } = await listenApi(t, [
    route(getCheckpoint, served),
    route(createRevocation, () => {
      changes += 1;
      return served();
    }),
  ]);
  assert.equal((await ask(asking(BOTH_TOKEN))).status, 200);
  const change = (token: string) =>
    ask({
      method: 'POST',
      path: '/api/v1/revocations',
      headers: { ...by(token), 'content-type': 'application/json' },
      body: JSON.stringify({ scope: 'all', reason: 'x' }),
    });
  const refused = await change(BOTH_TOKEN);
  assert.deepEqual([refused.status, codeOf(refused), changes], [403, 'forbidden', 0]);
  assert.match(refused.text, /an auditor changes nothing/);
  assert.equal((await change(ADMIN_TOKEN)).status, 200);
  assert.equal(changes, 1);
});

test('in a browser what is sensitive waits until the person signs in again, and nothing of it is done', async (t) => {
  let isFresh = false;
  let changes = 0;
  const cookie = createSessionCookie('http://127.0.0.1');
  const present = { csrf: 'csrf' } as Present;
  const web = {
    isShown: (headers: Headers) => cookie.isShown(headers),
    value: (headers: Headers) => cookie.read(headers),
    find: () => present,
    isToken: () => true,
    isFresh: () => isFresh,
    check: async () => true,
  };
  const acting = route(createRevocation, () => {
    changes += 1;
    return served();
  });
  const { ask, gateway } = await listenApi(t, [route(getCheckpoint, served), acting], { web });
  const caller = { ...GRACE, groups: ['okta:admins'] };
  const verified = asVerified({ caller, issuedAtMs: 0, expiresAtMs: Infinity, tokenDigest: 'd', own: 'web_session' });
  gateway.identity.verifyWebSession = () => ok(verified);
  const headers = {
    cookie: `gatebook=${'V'.repeat(43)}`,
    'sec-fetch-site': 'same-origin',
    'x-gatebook-csrf': 'csrf',
    'content-type': 'application/json',
  };
  const change = () =>
    ask({ method: 'POST', path: '/api/v1/revocations', headers, body: JSON.stringify({ scope: 'all', reason: 'x' }) });
  const stale = await change();
  assert.deepEqual([stale.status, codeOf(stale), changes], [401, 'fresh_sign_in_required', 0]);
  assert.match(stale.headers['www-authenticate'] ?? '', /insufficient_user_authentication.*max_age="300"/);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['denied fresh_sign_in_required']);
  assert.equal((await ask({ method: 'GET', path: PATH, headers })).status, 200);
  isFresh = true;
  assert.equal((await change()).status, 200);
  assert.equal(changes, 1);
});

test('a verified caller’s refusal is durable before he hears it, with who and what', async (t) => {
  const { ask, gateway } = await listenApi(t, [route(getCheckpoint, served)]);
  const denied = await ask(asking(STRANGER_TOKEN));
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['denied forbidden']);
  const [entry] = gateway.ledger.entries;
  assert.deepEqual([headerOf(entry).caller?.subject, headerOf(entry).name], ['eve', PATH]);
  assert.equal(denied.headers['x-gatebook-call'], entry?.call);
  gateway.ledger.refusing = () => LATCHED;
  const unrecorded = await ask(asking(STRANGER_TOKEN));
  assert.deepEqual([unrecorded.status, codeOf(unrecorded)], [503, 'audit_unavailable']);
});

test('a stranger’s refusal is noted collapsed and never waits for the ledger', async (t) => {
  const { ask, gateway } = await listenApi(t, [route(getCheckpoint, served)]);
  gateway.ledger.append = () => new Promise(() => undefined);
  for (let turn = 0; turn < 3; turn += 1) {
    const { status, headers } = await ask(asking(ADA_TOKEN));
    assert.equal(status, 401);
    assert.match(headers['www-authenticate'] ?? '', /oauth-protected-resource\/api", error="invalid_token"/);
  }
  assert.deepEqual(
    gateway.ledger.unwaited.map((entry) => [entry.st, headerOf(entry).reason]),
    [['unauthenticated', 'wrong_audience']],
  );
});

test('a question that cannot be read is answered and not recorded', async (t) => {
  const { ask, gateway } = await listenApi(t, [route(getCheckpoint, served)]);
  const answer = await ask({ ...asking(AUDITOR_TOKEN), path: `${PATH}?access_token=x` });
  assert.deepEqual([answer.status, codeOf(answer)], [400, 'invalid_parameter']);
  assert.deepEqual([gateway.ledger.entries, gateway.ledger.unwaited], [[], []]);
});

test('an endpoint’s own refusal is recorded like any other', async (t) => {
  const refusing = () => err({ code: 'forbidden', reason: 'not_this_one' } as const);
  const { ask, gateway } = await listenApi(t, [route(getCheckpoint, refusing)]);
  assert.equal((await ask(asking(AUDITOR_TOKEN))).status, 403);
  assert.equal(headerOf(gateway.ledger.entries[0]).reason, 'not_this_one');
});

test('a bug ends its own request and says nothing of itself', async (t) => {
  const failing = (): ApiOutcome => {
    throw new Error('the secret of a caller');
  };
  const { ask, gateway } = await listenApi(t, [route(getCheckpoint, failing)]);
  const answer = await ask(asking(AUDITOR_TOKEN));
  assert.deepEqual([answer.status, codeOf(answer)], [500, 'internal']);
  assert.ok(gateway.logged.length === 1 && !JSON.stringify(gateway.logged).includes('the secret'));
});

test('one caller, and all together, have only so many requests on their way', async (t) => {
  const limits = { apiRequestsInFlight: 2, apiRequestsPerCaller: 1 };
  const gate = Promise.withResolvers<ApiOutcome>();
  let waiting = 0;
  const two = Promise.withResolvers<void>();
  const hold = (): Promise<ApiOutcome> => {
    waiting += 1;
    if (waiting === 2) two.resolve();
    return gate.promise;
  };
  const { ask } = await listenApi(t, [route(getCheckpoint, hold)], { limits });
  const first = ask(asking(AUDITOR_TOKEN));
  const second = ask(asking(ADMIN_TOKEN));
  await two.promise;
  const third = await ask(asking(AUDITOR_TOKEN));
  assert.deepEqual([third.status, third.headers['retry-after']], [429, '1']);
  gate.resolve(ok({ json: 1 }));
  assert.deepEqual([(await first).status, (await second).status], [200, 200]);
  assert.equal((await ask(asking(AUDITOR_TOKEN))).status, 200);
});

test('the caller’s own bound counts before the common one is reached', async (t) => {
  const gate = Promise.withResolvers<ApiOutcome>();
  const entered = Promise.withResolvers<void>();
  const hold = (): Promise<ApiOutcome> => {
    entered.resolve();
    return gate.promise;
  };
  const { ask, gateway } = await listenApi(t, [route(getCheckpoint, hold)], { limits: { apiRequestsPerCaller: 1 } });
  const first = ask(asking(AUDITOR_TOKEN));
  await entered.promise;
  assert.equal((await ask(asking(AUDITOR_TOKEN))).status, 429);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['denied rate_limited']);
  gate.resolve(ok({ json: 1 }));
  await first;
});

test('an endpoint that takes too long is told to stop and answered for', async (t) => {
  const told = Promise.withResolvers<void>();
  const { ask, gateway } = await listenApi(
    t,
    [
      route(getCheckpoint, ({ signal }) => {
        signal.addEventListener('abort', () => told.resolve());
        return new Promise<ApiOutcome>(() => undefined);
      }),
    ],
    { limits: { apiRequestMs: 20 } },
  );
  const answer = await ask(asking(AUDITOR_TOKEN));
  assert.deepEqual([answer.status, codeOf(answer)], [503, 'timeout']);
  await told.promise;
  assert.deepEqual([gateway.ledger.entries, gateway.ledger.unwaited], [[], []]);
});

test('a stream is pulled as it is taken and closed when the client leaves', async (t) => {
  const ended = Promise.withResolvers<void>();
  async function* lines(): AsyncGenerator<string, void, undefined> {
    try {
      for (;;) yield 'line\n';
    } finally {
      ended.resolve();
    }
  }
  const { open } = await listenApi(t, [route(getCheckpoint, () => ok({ stream: lines(), contentType: 'text/plain' }))]);
  const request = open(asking(AUDITOR_TOKEN));
  request.on('error', () => undefined);
  const [response] = (await once(request, 'response')) as [{ readonly statusCode: number }];
  assert.equal(response.statusCode, 200);
  request.destroy();
  await ended.promise;
});

test('a gateway that drains takes no more requests', async (t) => {
  const { ask, gateway } = await listenApi(t, [route(getCheckpoint, served)]);
  gateway.drain();
  assert.equal(codeOf(await ask(asking(AUDITOR_TOKEN))), 'stopping');
});

test('more headers than any client sends are refused before the token is looked at', async (t) => {
  const { ask, gateway } = await listenApi(t, [route(getCheckpoint, served)], { limits: { headerCount: 5 } });
  const headers = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`x-${at}`, '1']));
  const answer = await ask({ ...asking(AUDITOR_TOKEN), headers: { ...by(AUDITOR_TOKEN), ...headers } });
  assert.deepEqual([answer.status, codeOf(answer)], [413, 'too_large']);
  assert.equal(gateway.ledger.unwaited[0]?.st, 'too_large');
});

test('a request whose caller is revoked is refused instead of answered, and one that takes access away is answered', async (t) => {
  const gate = Promise.withResolvers<ApiOutcome>();
  const entered = Promise.withResolvers<AbortSignal>();
  const hold = ({ signal }: { readonly signal: AbortSignal }): Promise<ApiOutcome> => {
    entered.resolve(signal);
    return gate.promise;
  };
  const { ask, admission, gateway } = await listenApi(t, [route(getCheckpoint, hold)]);
  const answer = ask(asking(AUDITOR_TOKEN));
  const signal = await entered.promise;
  admission.endOver();
  assert.equal(signal.aborted, false);
  gateway.identity.rechecking = () => err('revoked');
  admission.endOver();
  const refused = await answer;
  assert.deepEqual([refused.status, codeOf(refused), signal.aborted], [401, 'unauthenticated', true]);
  assert.equal(headerOf(gateway.ledger.entries[0]).reason, 'revoked');

  const acting = Promise.withResolvers<ApiOutcome>();
  const begun = Promise.withResolvers<void>();
  const act = (): Promise<ApiOutcome> => {
    begun.resolve();
    return acting.promise;
  };
  const other = await listenApi(t, [{ ...route(getCheckpoint, act), endsCallers: true }]);
  const acted = other.ask(asking(ADMIN_TOKEN));
  await begun.promise;
  other.gateway.identity.rechecking = () => err('revoked');
  other.admission.endOver();
  acting.resolve(ok({ json: 'done' }));
  assert.equal((await acted).text, '"done"');
});

test('what streams ends with the caller or the token, without looking complete', async (t) => {
  for (const fault of ['revoked', 'expired'] as const) {
    const more = Promise.withResolvers<void>();
    async function* lines(): AsyncGenerator<string, void, undefined> {
      yield 'line\n';
      await more.promise;
    }
    const serve = () => ok({ stream: lines(), contentType: 'text/plain' });
    const { open, admission, gateway } = await listenApi(t, [route(getCheckpoint, serve)]);
    const request = open(asking(AUDITOR_TOKEN));
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    await once(response, 'data');
    gateway.identity.rechecking = () => err(fault);
    const broken = once(response, 'error');
    admission.endOver();
    await broken;
    more.resolve();
  }
});

const ALL = JSON.stringify({ scope: 'all', reason: 'x' });
const revoking = {
  method: 'POST',
  path: '/api/v1/revocations',
  headers: { ...by(ADMIN_TOKEN), 'content-type': 'application/json' },
  body: ALL,
};
const said = ({ text }: { readonly text: string }): unknown => (JSON.parse(text) as { executed?: unknown }).executed;

/** A revocation whose body does not come to its end. */
function openHalf(origin: string) {
  const { method, path, headers } = revoking;
  const request = httpRequest(`${origin}${path}`, { method, headers: { ...headers, 'content-length': ALL.length } });
  request.write(ALL.slice(0, 4));
  request.on('error', () => undefined);
  const answer = once(request, 'response').then(async ([response]) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response as IncomingMessage) chunks.push(chunk as Buffer);
    return { status: (response as IncomingMessage).statusCode, text: Buffer.concat(chunks).toString() };
  });
  return { answer };
}

test('who lost access while the body was on its way takes none away, by whatever fault', async (t) => {
  let acts = 0;
  const act = () => ok({ json: (acts += 1) });
  const { ask, gateway } = await listenApi(t, [{ ...route(createRevocation, act), endsCallers: true }]);
  for (const [fault, status] of [
    ['revoked', 401],
    ['expired', 401],
    ['revocations_unknown', 503],
  ] as const) {
    gateway.identity.rechecking = () => err(fault);
    assert.equal((await ask(revoking)).status, status, fault);
    assert.equal(headerOf(gateway.ledger.entries.at(-1)).reason, fault);
  }
  assert.equal(acts, 0);
});

test('a revocation that waits for its body ends with its caller', async (t) => {
  const { origin, admission, gateway } = await listenApi(
    t,
    [{ ...route(createRevocation, served), endsCallers: true }],
    { limits: { apiRequestMs: 2_000 } },
  );
  gateway.identity.rechecking = () => err('revoked');
  const over = new AbortController();
  const answered = openHalf(origin).answer.finally(() => over.abort());
  while (!over.signal.aborted) {
    admission.endOver();
    await turn();
  }
  assert.deepEqual([(await answered).status, codeOf(await answered)], [401, 'unauthenticated']);
});

test('nobody is called revoked where revocations cannot be told', async (t) => {
  const entered = Promise.withResolvers<void>();
  const hold = (): Promise<ApiOutcome> => {
    entered.resolve();
    return new Promise(() => undefined);
  };
  const { ask, admission, gateway } = await listenApi(t, [route(getCheckpoint, hold)]);
  const answer = ask(asking(AUDITOR_TOKEN));
  await entered.promise;
  gateway.identity.rechecking = () => err('revocations_unknown');
  admission.endOver();
  assert.deepEqual([(await answer).status, codeOf(await answer)], [503, 'identity_unavailable']);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['denied identity_unavailable']);
  assert.equal(headerOf(gateway.ledger.entries[0]).reason, 'revocations_unknown');
});

test('an act that takes too long or fails is answered with whether it may have been done', async (t) => {
  const limits = { apiRequestMs: 50 };
  const never = () => new Promise<ApiOutcome>(() => undefined);
  const slow = await listenApi(t, [route(createRevocation, never), route(getCheckpoint, never)], { limits });
  const late = await slow.ask(revoking);
  assert.deepEqual([late.status, codeOf(late), said(late)], [503, 'timeout', 'unknown']);
  assert.equal(said(await slow.ask(asking(AUDITOR_TOKEN))), undefined);
  const unread = await openHalf(slow.origin).answer;
  assert.deepEqual([codeOf(unread), said(unread)], ['timeout', 'no']);
  const failing = await listenApi(t, [
    route(createRevocation, (): ApiOutcome => {
      throw new Error('broken');
    }),
  ]);
  assert.equal(said(await failing.ask(revoking)), 'unknown');
});

test('nothing is begun for a request that was ended already', async (t) => {
  let acts = 0;
  const act = () => ok({ json: (acts += 1) });
  const { ask, gateway } = await listenApi(t, [route(createRevocation, act)]);
  gateway.stop();
  assert.deepEqual([codeOf(await ask(revoking)), acts], ['stopping', 0]);
});
