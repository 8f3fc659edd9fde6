/**
 * Mail to approvers: what waits, and a link to its page; nothing in a mail can decide. One mail to all who are named. It leaves
 * in TLS, except to this very machine. The library is loaded with the first mail.
 */
import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport';
import { isLoopbackHost } from '#config/network-rules.ts';
import type { Limits } from '#limits.ts';
import { linesOf, noPageText, titleOf } from '#notify/news-text.ts';
import type { ApprovalNews, NoticeFault, Notifier } from '#notify/notifier.ts';
import type { EmailSettings } from '#notify/notifier-settings.ts';
import { err, ok } from '#result.ts';

export type EmailParts = { readonly limits: Pick<Limits, 'noticeMs' | 'noticeConnectMs' | 'noticeAnswerBytes'> };

export type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: string;
};

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

/**
 * Only words of ours and names of the configuration stand in headers; what whoever asks chose stands in the body, each on one
 * line. The same news have the same id, so that a mail that comes twice is shown once, and what comes of it is shown below it.
 */
export function mailOf(news: ApprovalNews, { name, from, to }: Pick<EmailSettings, 'name' | 'from' | 'to'>): Mail {
  const { id, state, connection, rule, url } = news;
  const isAsked = state === 'pending';
  const first = `<${id}.${name}@${domainOf(from)}>`;
  const lines = linesOf(news).map(([label, text]) => `${label}: ${text}`);
  const way = url ?? noPageText(id);
  const text = [
    `${titleOf(news)}.`,
    '',
    ...lines,
    '',
    ...(isAsked ? ['What exactly is asked, and how to decide it:', way] : [way]),
    '',
    'Gatebook sent this. It never asks for a password, and no answer to this mail decides anything.',
    '',
  ].join('\r\n');
  return {
    from,
    to,
    subject: `${titleOf(news)} (${connection}, ${rule})`,
    text,
    ...(isAsked
      ? { messageId: first }
      : { messageId: `<${id}.${name}.${state}@${domainOf(from)}>`, inReplyTo: first, references: first }),
  };
}

/** In nodemailer's words. Certificates are verified whatever the environment says. */
export function transportOptions(
  { host, port, security, login, ca, from }: EmailSettings,
  { limits }: EmailParts,
): SMTPTransportOptions {
  const isLocal = isLoopbackHost(host);
  return {
    host: host.startsWith('[') ? host.slice(1, -1) : host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls' && !isLocal,
    // A relay on this machine often has a certificate for another name.
    ignoreTLS: security === 'starttls' && isLocal && ca === undefined,
    ...(login === undefined ? {} : { auth: { user: login.username, pass: login.password.reveal() } }),
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    name: domainOf(from),
    connectionTimeout: limits.noticeConnectMs,
    greetingTimeout: limits.noticeConnectMs,
    dnsTimeout: limits.noticeConnectMs,
    socketTimeout: limits.noticeMs,
    socketCloseTimeout: 0,
    maxResponseSize: limits.noticeAnswerBytes,
    allowInternalNetworkInterfaces: true,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  };
}

const PERMANENT = 500;
const REASONS: Readonly<Record<string, string>> = {
  EAUTH: 'smtp_auth',
  ENOAUTH: 'smtp_auth',
  ETLS: 'smtp_tls',
  EREQUIRETLS: 'smtp_tls',
  ETIMEDOUT: 'timed_out',
  EDNS: 'unreachable',
  ECONNECTION: 'unreachable',
  ESOCKET: 'unreachable',
};

/** What a server says in words may quote an address, or anything; its code is enough to act on. RFC 5321 section 4.2.1. */
export function mailFault(error: unknown): NoticeFault {
  const { code, responseCode } = error instanceof Error ? (error as { code?: unknown; responseCode?: unknown }) : {};
  const named = typeof code === 'string' && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  if (named === 'smtp_auth') return { reason: named, isFinal: true };
  if (typeof responseCode === 'number' && responseCode > 0)
    return { reason: `smtp_${responseCode}`, isFinal: responseCode >= PERMANENT };
  return { reason: named ?? 'failed', isFinal: false };
}

export function createEmail(settings: EmailSettings, parts: EmailParts): Notifier {
  return {
    name: settings.name,
    kind: 'email',
    async tell(news, _ref, signal) {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport(transportOptions(settings, parts));
      const close = (): void => transport.close();
      signal.addEventListener('abort', close, { once: true });
      try {
        const { to, ...mail } = mailOf(news, settings);
        const sent = await transport.sendMail({
          ...mail,
          to: [...to],
          // RFC 3834: no machine answers it.
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        });
        return ok(sent.rejected.length === 0 ? {} : { partly: 'some_refused' });
      } catch (error) {
        return err(mailFault(error));
      } finally {
        signal.removeEventListener('abort', close);
        close();
      }
    },
    close: async () => undefined,
  };
}
