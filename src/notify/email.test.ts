import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Secret } from '#config/secrets.ts';
import { LIMITS } from '#limits.ts';
import { plainText } from '#notify/approval-news.ts';
import { createEmail, mailFault, mailOf, transportOptions } from '#notify/email.ts';
import type { EmailSettings } from '#notify/notifier-settings.ts';
import { approvalNews } from '#test/fakes/approval-news.ts';
import { createTestAuthority } from '#test/fakes/certificates.ts';
import { startSmtpServer } from '#test/fakes/smtp-server.ts';

const authority = createTestAuthority();
const SETTINGS: EmailSettings = {
  kind: 'email',
  name: 'ops',
  host: 'mail.test',
  port: 587,
  security: 'starttls',
  login: undefined,
  from: 'gatebook@acme.test',
  to: ['sec@acme.test', 'lead@acme.test'],
  ca: undefined,
};
const login = { username: 'relay', password: new Secret('hunter2') };

async function prepare(
  t: TestContext,
  settings: Partial<EmailSettings> = {},
  options: Parameters<typeof startSmtpServer>[1] = {},
) {
  const server = await startSmtpServer(t, options);
  const email = createEmail(
    { ...SETTINGS, host: '127.0.0.1', port: server.port, ...settings },
    { limits: { ...LIMITS, noticeMs: 2_000, noticeConnectMs: 2_000 } },
  );
  const tell = (news = approvalNews(), signal = AbortSignal.timeout(60_000)) => email.tell(news, undefined, signal);
  return { server, tell };
}
/** Header lines of a message, unfolded, and its body. */
function partsOf(message: string): { readonly headers: ReadonlyMap<string, string>; readonly body: string } {
  const [head = '', ...body] = message.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { headers: new Map(headers), body: body.join('\r\n\r\n').replaceAll('=\r\n', '').replaceAll('=3D', '=') };
}

test('a mail goes to all who are named, says what waits, and leads to the page', async (t) => {
  const { server, tell } = await prepare(t);
  const news = approvalNews();
  assert.deepEqual(await tell(news), { ok: true, value: {} });
  const [mail] = server.heard;
  assert.deepEqual([mail?.from, mail?.to], [SETTINGS.from, SETTINGS.to]);
  const { headers, body } = partsOf(mail?.message ?? '');
  assert.equal(headers.get('from'), SETTINGS.from);
  assert.equal(headers.get('to'), SETTINGS.to.join(', '));
  assert.equal(headers.get('subject'), 'A call waits for an approval (customers, hold-deletes)');
  assert.equal(headers.get('message-id'), `<${news.id}.ops@acme.test>`);
  assert.equal(headers.get('auto-submitted'), 'auto-generated');
  assert.match(headers.get('content-type') ?? '', /^text\/plain/);
  for (const part of ['tools/call delete_customer', 'ada (person)', '1 of okta:leads', news.url ?? '-'])
    assert.ok(body.includes(part), `${part} in ${body}`);
});

test('what came of it is a mail below the first one, and the same news are the same mail', async (t) => {
  const { server, tell } = await prepare(t);
  const over = approvalNews({ state: 'denied', decidedBy: 'grace', reason: 'not on a Friday' });
  await tell(over);
  await tell(over);
  const [first, second] = server.heard.map(({ message }) => partsOf(message));
  assert.equal(first?.headers.get('in-reply-to'), `<${over.id}.ops@acme.test>`);
  assert.equal(first?.headers.get('message-id'), `<${over.id}.ops.denied@acme.test>`);
  assert.equal(first?.headers.get('message-id'), second?.headers.get('message-id'));
  assert.match(first?.headers.get('subject') ?? '', /^Denied/);
  assert.match(first?.body ?? '', /Decided by: grace\r\nReason: not on a Friday\r\n/);
});

test('nothing that whoever asks chose gets into a header, ends the mail or begins a line', async (t) => {
  const { server, tell } = await prepare(t);
  const evil = plainText('x\r\nBcc: evil@evil.test\r\n\r\n.\r\nMAIL FROM:<a@b.test>\r\nReview: http://evil.test', 200);
  const news = approvalNews({
    name: evil,
    method: evil,
    requester: { subject: evil, kind: 'person' },
    statement: evil,
  });
  assert.deepEqual(await tell(news), { ok: true, value: {} });
  assert.equal(server.heard.length, 1);
  const [mail] = server.heard;
  assert.deepEqual(mail?.to, SETTINGS.to);
  const { headers, body } = partsOf(mail?.message ?? '');
  assert.equal(headers.has('bcc'), false);
  assert.doesNotMatch([...headers.values()].join('\n'), /evil/);
  assert.doesNotMatch(body, /^(?:Review|MAIL|Bcc)/m);
  assert.doesNotMatch(body, /http:\/\/evil/);
  assert.equal(server.commands.filter((line) => line.startsWith('MAIL')).length, 1);
});

test('beyond this machine a server without TLS, or with a certificate of another, hears nothing', () => {
  const options = (settings: Partial<EmailSettings>) =>
    transportOptions({ ...SETTINGS, ...settings }, { limits: LIMITS });
  for (const host of ['mail.test', '10.1.2.3', '[fd00::1]', '127.0.0.1.evil.test']) {
    const { requireTLS, ignoreTLS, tls } = options({ host });
    assert.deepEqual([requireTLS, ignoreTLS], [true, false], host);
    assert.equal(tls?.rejectUnauthorized, true);
    assert.equal(tls?.minVersion, 'TLSv1.2');
  }
  assert.deepEqual(
    [options({ security: 'tls' }).secure, options({ security: 'tls', host: 'localhost' }).secure],
    [true, true],
  );
  const local = options({ host: '127.0.0.1' });
  assert.deepEqual([local.secure, local.requireTLS, local.ignoreTLS], [false, false, true]);
  assert.equal(options({ host: '[::1]' }).host, '::1');
});

test('a password is shown after TLS only to a server that the configured authority vouches for', async (t) => {
  const certificate = authority.issue(['127.0.0.1']);
  const wants = { login: { user: 'relay', pass: 'hunter2' } };
  const { server, tell } = await prepare(t, { login, ca: authority.ca }, { tls: certificate, ...wants });
  assert.deepEqual(await tell(), { ok: true, value: {} });
  assert.deepEqual([server.heard[0]?.isSecure, server.heard[0]?.login], [true, 'relay']);

  const implicit = { tls: { ...certificate, implicit: true }, ...wants };
  const tls = await prepare(t, { login, ca: authority.ca, security: 'tls' }, implicit);
  assert.deepEqual(await tls.tell(), { ok: true, value: {} });
  assert.equal(tls.server.heard[0]?.isSecure, true);

  for (const other of [
    await prepare(t, { login, ca: createTestAuthority().ca }, { tls: certificate, ...wants }),
    await prepare(t, { login, security: 'tls' }, implicit),
    await prepare(t, { login, ca: authority.ca }, { tls: authority.issue(['other.test']), ...wants }),
  ]) {
    const outcome = await other.tell();
    assert.equal(outcome.ok, false);
    assert.equal(other.server.commands.includes('AUTH'), false);
    assert.equal(other.server.heard.length, 0);
  }
});

test('a wrong password is not tried again; what a server says passes is, and none of its words are kept', async (t) => {
  const certificate = authority.issue(['127.0.0.1']);
  const wrong = { username: 'relay', password: new Secret('wrong') };
  const options = { tls: certificate, login: { user: 'relay', pass: 'hunter2' } };
  const refused = await prepare(t, { login: wrong, ca: authority.ca }, options);
  assert.deepEqual(await refused.tell(), { ok: false, error: { reason: 'smtp_auth', isFinal: true } });

  const { server, tell } = await prepare(t);
  for (const [word, answer, error] of [
    ['MAIL', '451 4.7.1 try later: hunter2', { reason: 'smtp_451', isFinal: false }],
    ['.', '554 5.7.1 spam', { reason: 'smtp_554', isFinal: true }],
    ['', '421 closing', { reason: 'smtp_421', isFinal: false }],
  ] as const) {
    server.answers.clear();
    server.answers.set(word, answer);
    assert.deepEqual(await tell(), { ok: false, error }, word);
  }
});

test('one recipient who is refused keeps nobody else from hearing; when all are, nobody heard', async (t) => {
  const { server, tell } = await prepare(t);
  server.refused.add('lead@acme.test');
  assert.deepEqual(await tell(), { ok: true, value: { partly: 'some_refused' } });
  assert.deepEqual(server.heard[0]?.to, ['sec@acme.test']);
  server.refused.add('sec@acme.test');
  assert.deepEqual(await tell(), { ok: false, error: { reason: 'smtp_550', isFinal: true } });
});

test('a server that says nothing, or is not there, fails in time, and may be tried again', async (t) => {
  const { server, tell } = await prepare(t, {}, {});
  server.answers.set('', undefined);
  const silent = await tell();
  assert.deepEqual(silent, { ok: false, error: { reason: 'timed_out', isFinal: false } });
  const gone = await prepare(t, { port: 1 });
  assert.deepEqual(await gone.tell(), { ok: false, error: { reason: 'unreachable', isFinal: false } });
});

test('a fault is a word of ours or a number, whatever was thrown', () => {
  const error = (other: object): Error => Object.assign(new Error('hunter2'), other);
  assert.deepEqual(mailFault(error({ code: 'toString' })), { reason: 'failed', isFinal: false });
  assert.deepEqual(mailFault('hunter2'), { reason: 'failed', isFinal: false });
  assert.deepEqual(mailFault(error({ code: 'ETLS' })), { reason: 'smtp_tls', isFinal: false });
});

test('where there are no pages a mail says how else to look', () => {
  assert.match(mailOf(approvalNews({ url: undefined }), SETTINGS).text, /gatebook approvals show apr_/);
});
