import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ROUTES } from '#api/routes.ts';
import { watch } from '#cli/approvals-watch.ts';
import type { CliIo } from '#cli/io.ts';
import { err } from '#result.ts';
import { anApprovalRequest } from '#test/fakes/approval.ts';
import { LEAD_TOKEN, listenApi } from '#test/fakes/api.ts';
import { EVE, idOf } from '#test/fakes/gateway.ts';
import { until } from '#test/e2e/until.ts';

const EVES = { issuer: EVE.issuer, subject: EVE.subject, kind: 'person', groups: [], client: undefined } as const;
const idAt = (n: number): string => `apr_${idOf(n)}`;

async function watching(t: TestContext, options: { readonly json?: true; readonly url?: string } = {}) {
  const api = await listenApi(t, ROUTES);
  const { gateway, admission } = api;
  const out: string[] = [];
  const complaints: string[] = [];
  const waited: number[] = [];
  const stop = new AbortController();
  t.after(() => stop.abort());
  const io: CliIo = {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => complaints.push(text) },
    env: { GATEBOOK_TOKEN: LEAD_TOKEN },
    cwd: '/',
    exit: () => undefined,
  };
  const code = watch(io, { url: api.origin, ...options }, stop.signal, async (ms) => waited.push(ms));
  const ask = (n: number, name = 'delete_customer') => {
    const {
      record: _record,
      askedMs: _asked,
      expiresMs: _expires,
      ...held
    } = anApprovalRequest({
      id: idAt(n),
      fingerprint: Uint8Array.from(Buffer.alloc(32, `delete ${n}`)),
      requester: EVES,
      name,
    });
    return gateway.approvals.ask({ ...held, record: async () => ({ ok: true, value: `a:${n}` }) });
  };
  const deny = (n: number) =>
    gateway.approvals.vote(
      idAt(n),
      { issuer: EVE.issuer, subject: 'grace', groups: ['okta:leads'] },
      { effect: 'deny', scope: 'once', reason: 'not on a Friday' },
    );
  return { gateway, admission, out, complaints, waited, stop, code, ask, deny };
}

test('each request and each decision is a line, and nothing in a name steers the terminal', async (t) => {
  const { out, ask, deny, stop, code } = await watching(t);
  await ask(1, 'delete\u200b\u001b[2J');
  await until(() => out.length === 1);
  assert.match(
    out[0] ?? '',
    new RegExp(`Z {2}pending {4}${idAt(1)} {2}eve {2}customers .* hold-deletes {2}yours to decide\\n$`),
  );
  assert.equal(/[\u200b\u001b]/.test(out.join('')), false);
  await deny(1);
  await until(() => out.length === 2);
  assert.match(out[1] ?? '', / denied .* no by grace: not on a Friday\n$/);
  stop.abort();
  assert.equal(await code, 0);
});

test('a stream that ends is taken up behind the last event, and nothing comes twice', async (t) => {
  const { out, admission, ask, deny, waited } = await watching(t, { json: true });
  await ask(1);
  await ask(2);
  await until(() => out.length === 2);
  admission.cutLasting();
  await deny(2);
  await until(() => out.length === 3);
  assert.deepEqual(
    out.map((line) => {
      const { id, state } = JSON.parse(line) as { readonly id: string; readonly state: string };
      return [id, state];
    }),
    [
      [idAt(1), 'pending'],
      [idAt(2), 'pending'],
      [idAt(2), 'denied'],
    ],
  );
  assert.deepEqual(waited, [1_000]);
});

test('whoever is let in no more is told so and asks no further', async (t) => {
  const { out, admission, gateway, ask, code, complaints } = await watching(t);
  await ask(1);
  await until(() => out.length === 1);
  gateway.identity.verifyForApi = () => err('revoked');
  admission.cutLasting();
  assert.equal(await code, 1);
  assert.match(complaints.join(''), /answered 401/);
});

test('a gateway that is gone is asked again, later each time; one that was never there is not', async (t) => {
  const { out, admission, gateway, ask, waited, complaints, stop, code } = await watching(t);
  await ask(1);
  await until(() => out.length === 1);
  gateway.identity.verifyForApi = () => err('revocations_unknown');
  admission.cutLasting();
  await until(() => waited.length >= 7);
  assert.deepEqual(waited.slice(0, 7), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  assert.match(complaints[0] ?? '', /answered 503.*; trying again\n$/);
  stop.abort();
  assert.equal(await code, 0);
  const never = await watching(t, { url: 'http://127.0.0.1:9' });
  assert.equal(await never.code, 3);
  assert.deepEqual(never.waited, []);
});
