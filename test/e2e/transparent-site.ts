/** Everything allowed, nothing masked inline, and a server that keeps the bytes it is sent and answers with given bytes. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Answering } from '../fakes/mcp-server.ts';
import { startTestGateway } from './harness.ts';
import type { Reply, TestGateway } from './harness.ts';

const ALLOW_ALL = `levels: { everything: { allow: ["*"] } }
grants: [{ clients: ["idp:robot"], connections: ["*"], level: everything }]
`;

/** `text` is the whole message as it is sent; the headers are those its revision asks for. */
export type Spoken = { readonly text: string; readonly headers: Readonly<Record<string, string>> };

export const legacy = (text: string): Spoken => ({ text, headers: { 'mcp-protocol-version': '2025-11-25' } });

/** `name`: what `Mcp-Name` mirrors, where the method has one. */
export const modern = (text: string, method: string, name?: string): Spoken => ({
  text,
  headers: {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  },
});

export const META =
  '"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientInfo": {"name":"x","version":"1"}, "io.modelcontextprotocol/clientCapabilities": {}';

export const asJson =
  (text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_seen, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);

const INITIALIZE =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"x","version":"1"}}}';

/** Each line of a message is a line of its event (HTML, Server-sent events, 9.2.6). */
export const asEvents =
  (...texts: readonly string[]): Answering =>
  (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const text of texts)
      response.write(
        `${text
          .split('\n')
          .map((line) => `data: ${line}\n`)
          .join('')}\n`,
      );
    response.end();
  };

export const accepted: Answering = (_seen, response) => void response.writeHead(202).end();

/** What a client reads from an event stream, by the book. */
export const eventsIn = (stream: string): readonly string[] =>
  stream
    .split('\n\n')
    .map((event) =>
      event
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => line.slice('data: '.length)),
    )
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'));

export type Passage = { readonly up: string | undefined; readonly down: Reply };

export type TransparentSite = {
  readonly gateway: TestGateway;
  /** Begins a legacy session, which the server calls `session-of-the-server`; gives the headers that belong to it. */
  readonly begin: () => Promise<Spoken['headers']>;
  /** Opens the GET stream of a session and reads it to its end. */
  readonly listen: (headers: Spoken['headers'], answering: Answering) => Promise<string>;
  /** Says it through Gatebook to a server that answers so; gives what reached the server and what came back. */
  readonly pass: (spoken: Spoken, answering: Answering) => Promise<Passage>;
};

export async function startTransparentSite(t: TestContext): Promise<TransparentSite> {
  const gateway = await startTestGateway(t, { policy: ALLOW_ALL });
  const { server } = gateway;
  const pass: TransparentSite['pass'] = async ({ text, headers }, answering) => {
    const before = server.seen.length;
    server.answering = answering;
    const down = await gateway.post('notes', text, headers);
    return { up: server.seen[before]?.body, down };
  };
  return {
    gateway,
    pass,
    async begin() {
      const answer = asJson('{"jsonrpc":"2.0","id":0,"result":{}}', 200, { 'mcp-session-id': 'session-of-the-server' });
      const { down } = await pass({ text: INITIALIZE, headers: {} }, answer);
      return { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': down.headers.get('mcp-session-id') ?? '' };
    },
    async listen(headers, answering) {
      server.answering = answering;
      const authorization = `Bearer ${await gateway.token()}`;
      const response = await fetch(gateway.url('notes'), {
        headers: { authorization, accept: 'text/event-stream', ...headers },
      });
      return response.text();
    },
  };
}

export type StdioPassage = { readonly lines: readonly string[]; readonly down: Reply };

export type TransparentProcess = {
  /** Says it through Gatebook to a server process that answers with these lines; ID and TOKEN stand for what it was sent. */
  readonly pass: (spoken: Spoken, answers: readonly string[]) => Promise<StdioPassage>;
};

const RECORDER = join(dirname(fileURLToPath(import.meta.url)), 'stdio-recorder.ts');

export async function startTransparentProcess(t: TestContext): Promise<TransparentProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-transparent-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [seen, answer] = [join(folder, 'seen.txt'), join(folder, 'answer.txt')];
  const upstream = { type: 'stdio', command: process.execPath, args: [RECORDER, seen, answer], cwd: folder };
  const yaml = `  process: { upstream: ${JSON.stringify(upstream)} }\n`;
  const gateway = await startTestGateway(t, { policy: ALLOW_ALL, connections: { yaml, names: ['process'] } });
  return {
    async pass({ text, headers }, answers) {
      if (existsSync(seen)) rmSync(seen);
      writeFileSync(answer, answers.map((line) => `${line}\n`).join(''));
      const down = await gateway.post('process', text, headers);
      return { lines: readFileSync(seen, 'utf8').split('\n').slice(0, -1), down };
    },
  };
}
