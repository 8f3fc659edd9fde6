/** A mail server on 127.0.0.1 (RFC 5321), as far as a test needs one: it hears mails, may want TLS or a password, may refuse. */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';

export type HeardMail = {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came, dots unstuffed. */
  readonly message: string;
  readonly isSecure: boolean;
  readonly login: string | undefined;
};

export type SmtpServer = {
  readonly port: number;
  readonly heard: HeardMail[];
  /** Every command that came, without what a password was in. */
  readonly commands: string[];
  /** Recipients it does not take. */
  readonly refused: Set<string>;
  /** Answers in place of the usual ones, by the word of a command; `''` is the greeting. Undefined: it says nothing at all. */
  readonly answers: Map<string, string | undefined>;
};

type Options = {
  /** Offers STARTTLS with it, or with `implicit` speaks TLS from the first byte. */
  readonly tls?: SecureContextOptions & { readonly implicit?: boolean };
  /** Wants this user and password. */
  readonly login?: { readonly user: string; readonly pass: string };
};

type Conversation = {
  from: string;
  to: string[];
  isSecure: boolean;
  login: string | undefined;
  data: string[] | undefined;
};

const fresh = (isSecure: boolean): Conversation => ({ from: '', to: [], isSecure, login: undefined, data: undefined });
const addressIn = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? '';

export async function startSmtpServer(t: Pick<TestContext, 'after'>, options: Options = {}): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const smtp: Omit<SmtpServer, 'port'> = { heard: [], commands: [], refused: new Set(), answers: new Map() };

  const converse = (socket: Socket, state: Conversation): void => {
    let rest = '';
    const say = (word: string, usual: string): void => {
      const answer = smtp.answers.has(word) ? smtp.answers.get(word) : usual;
      if (answer !== undefined) socket.write(`${answer}\r\n`);
    };
    const command = (line: string): void => {
      const [word = ''] = line.toUpperCase().split(' ');
      smtp.commands.push(word === 'AUTH' ? word : line);
      switch (word) {
        case 'EHLO': {
          const offers = ['250-fake', '250-PIPELINING', '250-8BITMIME'];
          if (options.tls !== undefined && !state.isSecure) offers.push('250-STARTTLS');
          if (options.login !== undefined) offers.push('250-AUTH PLAIN');
          return say(word, [...offers, '250 SMTPUTF8'].join('\r\n'));
        }
        case 'STARTTLS': {
          say(word, '220 go ahead');
          socket.removeAllListeners('data');
          const secure = new TLSSocket(socket, { isServer: true, ...options.tls });
          secure.on('error', () => undefined);
          return converse(secure, fresh(true));
        }
        case 'AUTH': {
          const [, user, pass] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
            .toString('utf8')
            .split('\0');
          const isRight = user === options.login?.user && pass === options.login?.pass;
          if (isRight) state.login = user;
          return say(word, isRight ? '235 welcome' : '535 5.7.8 no: hunter2');
        }
        case 'MAIL':
          state.from = addressIn(line);
          return say(word, '250 ok');
        case 'RCPT': {
          const to = addressIn(line);
          if (smtp.refused.has(to)) return say(word, `550 5.1.1 no ${to}`);
          state.to.push(to);
          return say(word, '250 ok');
        }
        case 'DATA':
          state.data = [];
          return say(word, '354 go on');
        case 'QUIT':
          say(word, '221 bye');
          return void socket.end();
        default:
          return say(word, '250 ok');
      }
    };
    const line = (text: string): void => {
      if (state.data === undefined) return command(text);
      if (text !== '.') return void state.data.push(text.startsWith('.') ? text.slice(1) : text);
      const { from, to, isSecure, login, data } = state;
      state.data = undefined;
      if (!smtp.answers.has('.')) smtp.heard.push({ from, to: [...to], message: data.join('\r\n'), isSecure, login });
      say('.', '250 queued');
    };
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString('utf8');
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const text = rest.slice(0, end);
        rest = rest.slice(end + 2);
        line(text);
      }
    });
    if (!state.isSecure || options.tls?.implicit === true) say('', '220 fake ESMTP');
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    if (options.tls?.implicit !== true) return converse(socket, fresh(false));
    const secure = new TLSSocket(socket, { isServer: true, ...options.tls });
    secure.on('error', () => undefined);
    return converse(secure, fresh(true));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { ...smtp, port: (server.address() as AddressInfo).port };
}
