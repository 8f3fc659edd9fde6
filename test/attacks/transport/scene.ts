/**
 * A whole gateway with two callers who have the same grants, Ada and Eve, and servers that say what an attack wants: over
 * HTTP (`notes` and `private`) and as one process that both share (`process`). Eve attacks; what is Ada's carries a mark that must never reach her.
 */
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startTestGateway } from '../../e2e/harness.ts';
import type { TestGateway, TestRecord } from '../../e2e/harness.ts';
import type { FakeMcpServer } from '../../fakes/mcp-server.ts';

/** In everything that is Ada's alone. */
export const MARK = 'of-ada-alone-7Hq2';

export type Reply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
};
export type Who = 'ada' | 'eve';
export type Asking = {
  readonly connection?: string;
  readonly method?: string;
  /** Beside content type, accept and token; a list repeats the header; undefined takes one of those away. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
};

export type Scene = {
  readonly gateway: TestGateway;
  readonly server: FakeMcpServer;
  /** A message, or the exact body. */
  ask(who: Who, body: object | string | Buffer, asking?: Asking): Promise<Reply>;
  /** The same without waiting for the end; `leave` ends it. */
  open(
    who: Who,
    body: object,
    asking?: Asking,
  ): { text(): string; hears(pattern: RegExp): Promise<void>; leave(): void };
  /** Takes from both callers every tool but one; until the end of the attack. */
  narrow(): Promise<void>;
  /** Stops the gateway and starts another on its data. */
  restart(): Promise<void>;
  /** What the attack left in the book. */
  records(): readonly TestRecord[];
  /** Everything Eve was told since the last attack began. */
  told(): string;
  begin(): Promise<void>;
  /** Records since then, waited for until there are so many, and what reached the server over HTTP. */
  outcome(atLeast: number): Promise<{ readonly records: readonly TestRecord[]; readonly reached: readonly string[] }>;
  close(): Promise<void>;
};

const [EVERY_TOOL, ONE_TOOL] = ['"tools/call:*"', '"tools/call:get_note"'];
const TURNS_MAX = 100;
const HEAR_MS_MAX = 20_000;
const STDIO = fileURLToPath(new URL('../../fakes/shared-server.ts', import.meta.url));
const NAMES = 'notes, private, process';
const POLICY = `levels:
  use:
    allow: ["tools/call:*", "resources/read:note://*", "prompts/*", "completion/complete", "subscriptions/listen", "vendor/*"]
    deny: ["tools/call:drop_*", "resources/read:note://ada/*"]
grants: [{ groups: ["idp:readers"], connections: [${NAMES}], level: use }]
`;

const PROCESS = `  process:
    upstream: { type: stdio, command: ${JSON.stringify(process.execPath)}, args: ["--disable-warning=ExperimentalWarning", ${JSON.stringify(STDIO)}], shared: true }
`;

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};

export async function openScene(): Promise<Scene> {
  const afters: (() => unknown)[] = [];
  const t = { after: (run: () => unknown) => void afters.push(run) } as TestContext;
  let gateway = await startTestGateway(t, {
    policy: POLICY,
    connections: { yaml: PROCESS, names: [] },
  });
  const person = (name: string): Promise<string> =>
    gateway.token({ cid: 'cli', sub: `${name}@example.com`, uid: `00u${name}`, groups: ['readers'] });
  const tokens = { ada: await person('ada'), eve: await person('eve') };
  let told = '';
  let [recordsBefore, seenBefore] = [0, 0];

  const send = (
    who: Who,
    body: object | string | Buffer,
    { connection = 'notes', method = 'POST', headers = {} }: Asking,
  ) => {
    const usual: Asking['headers'] = {
      host: new URL(gateway.origin).host,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${tokens[who]}`,
    };
    const lines = Object.entries({ ...usual, ...headers }).flatMap(([name, values]) =>
      values === undefined ? [] : [values].flat().flatMap((value) => [name, value]),
    );
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const request = httpRequest(gateway.url(connection), {
      method,
      agent: false,
      headers: method === 'POST' ? [...lines, 'content-length', String(bytes.length)] : lines,
    });
    request.end(method === 'POST' ? bytes : undefined);
    return request;
  };
  const hear = (who: Who, text: string): void => {
    if (who === 'eve') told += text;
  };

  let made: readonly TestRecord[] = [];
  let undo: (() => Promise<unknown>) | undefined;
  const reload = async (from: string, to: string): Promise<void> => {
    const { ok } = await gateway.reload((text) => text.replace(from, to));
    if (!ok) throw new Error('the policy was not taken');
  };

  return {
    get gateway() {
      return gateway;
    },
    server: gateway.server,
    async narrow() {
      await reload(EVERY_TOOL, ONE_TOOL);
      undo = () => reload(ONE_TOOL, EVERY_TOOL);
    },
    async restart() {
      gateway = await gateway.restart();
    },
    records: () => made,
    ask: (who, body, asking = {}) =>
      new Promise((resolve, reject) => {
        const request = send(who, body, asking);
        request.once('error', reject);
        request.once('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString();
            hear(who, `${JSON.stringify(response.rawHeaders)}\n${text}\n`);
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
          });
        });
      }),
    open(who, body, asking = {}) {
      let text = '';
      let wake: () => void = () => undefined;
      const request = send(who, body, asking);
      request.once('error', () => wake());
      request.once('response', (response) => {
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          hear(who, chunk);
          wake();
        });
        response.once('error', () => wake());
        response.once('close', () => wake());
      });
      return {
        text: () => text,
        async hears(pattern) {
          // What never comes must fail the attack, not hang it.
          const timer = setTimeout(() => {
            request.destroy();
            wake();
          }, HEAR_MS_MAX);
          while (!pattern.test(text)) {
            if (request.destroyed) throw new Error(`ended after ${JSON.stringify(text.slice(0, 300))}`);
            await new Promise<void>((resolve) => (wake = resolve));
          }
          clearTimeout(timer);
        },
        leave: () => void request.destroy(),
      };
    },
    told: () => told,
    async begin() {
      recordsBefore = (await gateway.records()).length;
      seenBefore = gateway.server.seen.length;
      told = '';
    },
    async outcome(atLeast) {
      gateway.flushRefusals();
      const since = async (): Promise<readonly TestRecord[]> =>
        (await gateway.records()).slice(recordsBefore).filter(({ leaf }) => leaf.kind !== 'control');
      let records = await since();
      // Nobody waits for the records of strangers' refusals and of what comes late, this excepted.
      for (let turn = 0; records.length < atLeast && turn < TURNS_MAX; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        records = await since();
      }
      made = records;
      await undo?.();
      undo = undefined;
      const reached = gateway.server.seen.slice(seenBefore).map(({ message }) => message?.method ?? '(none)');
      return { records, reached };
    },
    async close() {
      for (const run of afters.toReversed()) await run();
    },
  };
}
