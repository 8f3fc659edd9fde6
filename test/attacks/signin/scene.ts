/**
 * A gateway that people sign in at, hosts of clients' documents on loopback, and a victim beside them that must never be
 * connected to: what name servers say of a host is in `names`. `chat.example` is welcome, any other host waits for an admin.
 */
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import { handleOf } from '#oauth/registered-client.ts';
import { startTestGateway } from '../../e2e/harness.ts';
import type { TestGateway, TestRecord } from '../../e2e/harness.ts';
import { createTestAuthority } from '../../fakes/certificates.ts';
import { startDocumentHost } from '../../fakes/document-host.ts';
import type { DocumentHost } from '../../fakes/document-host.ts';
import { MACHINE_FILES, MACHINE_POLICY } from './machines.ts';

export type SignInReply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of a JSON body; empty for any other. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly location: string | undefined;
};

export type Sending = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, parameters as a form, anything else as it is. */
  readonly body?: object | string | URLSearchParams;
  /** Another address of this machine. */
  readonly from?: string;
};

export type Scene = {
  readonly gateway: TestGateway;
  /** `https://<host>:<port>` of every host of documents. */
  readonly documents: DocumentHost;
  /** Listens where only this machine should. */
  readonly victim: DocumentHost;
  /** What name servers say of a host, one answer after the other; the last one stays. */
  readonly names: Map<string, (readonly string[])[]>;
  documentUrl(host: string, path?: string): string;
  /** Publishes a client's document on a host that can be asked, and gives its address. */
  publish(host: string, changes?: Readonly<Record<string, unknown>>, path?: string): string;
  /** To the gateway, with the cookies of one browser; no redirect is followed. */
  send(path: string, sending?: Sending): Promise<SignInReply>;
  register(metadata: object): Promise<SignInReply>;
  /** A client sends the browser here: answered with a page that says what is wrong, or a redirect. */
  authorize(parameters: Readonly<Record<string, string>>): Promise<SignInReply>;
  /** On to the page of ours that a redirect leads to. */
  follow(reply: SignInReply): Promise<SignInReply>;
  /** What an admin says by the API. */
  decide(clientId: string, decision: 'approve' | 'deny'): Promise<SignInReply>;
  /** What must stand nowhere but in what was told to whom it was given. */
  secrets(): readonly string[];
  keepSecret(secret: string): void;
  /** Everything that was told since the attack began. */
  told(): string;
  /** What is opened for the scene is closed with it. */
  readonly lifetime: TestContext;
  begin(): Promise<void>;
  /** Records since then, waited for until there are so many. */
  outcome(atLeast: number): Promise<readonly TestRecord[]>;
  /** Done at the end. */
  after(run: () => unknown): void;
  close(): Promise<void>;
};

const HOSTS = ['chat.example', 'evil.example', 'chat.example.evil.example', 'xn--chat-0ra.example'];
const [OPEN, CLOSED] = ['127.0.0.1', '127.0.0.2'];
const TURNS_MAX = 300;
/** What a gateway records of itself. */
const OWN_ACTS: ReadonlySet<string> = new Set(['heartbeat', 'clock_jump', 'policy', 'start', 'opened', 'reload']);

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};

/** The client of every row: native, so that nobody has to approve it, unless it says otherwise. */
export const CLIENT = {
  client_name: 'Chat',
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
};
/** S256 of a verifier that nobody needs (RFC 7636 appendix B). */
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

async function openHosts(afters: (() => unknown)[]): Promise<{ documents: DocumentHost; victim: DocumentHost }> {
  const authority = createTestAuthority();
  const documents = await startDocumentHost(HOSTS, { authority, address: OPEN });
  afters.push(() => documents.close());
  const { port } = documents;
  // Where this address is not there, nothing can be reached at it either.
  const victim = await startDocumentHost(HOSTS, { authority, address: CLOSED, port }).catch(() => documents);
  if (victim !== documents) afters.push(() => victim.close());
  return { documents, victim };
}

export async function openScene(): Promise<Scene> {
  const afters: (() => unknown)[] = [];
  const t = { after: (run: () => unknown) => void afters.push(run) } as TestContext;
  const { documents, victim } = await openHosts(afters);
  const names: Scene['names'] = new Map(HOSTS.map((host) => [host, [[OPEN]]]));
  const gateway = await startTestGateway(t, {
    policy: MACHINE_POLICY,
    files: MACHINE_FILES,
    limits: {
      clientRegistrationsPerSourcePerMinute: 3,
      clientDocumentFetchesPerSourcePerMinute: 3,
      clientDocumentMs: 500,
      clientDocumentFreshMsMin: 0,
    },
    signIn: {
      clients: {
        domains: ['chat.example'],
        documents: { ports: [443, documents.port], networks: [OPEN] },
        known: { desk: { name: 'Desk Assistant', redirectUris: ['https://desk.example/callback'] } },
      },
    },
    documentNetwork: {
      ca: documents.ca,
      async resolve(host) {
        const answers = names.get(host) ?? [];
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer === undefined) throw new Error('NXDOMAIN');
        return answer;
      },
    },
  });
  const secrets: string[] = [];
  const cookies = new Map<string, string>();
  const adminToken = await gateway.apiToken(['admins'], { sub: 'olga@example.com', uid: '00uolga' });
  let told = '';
  let recordsBefore = 0;

  const send: Scene['send'] = (path, { method = 'GET', headers = {}, body, from } = {}) => {
    const [type, content] =
      body === undefined || typeof body === 'string'
        ? [undefined, body]
        : body instanceof URLSearchParams
          ? ['application/x-www-form-urlencoded', body.toString()]
          : ['application/json', JSON.stringify(body)];
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Promise((resolve, reject) => {
      const request = httpRequest(new URL(path, gateway.origin), {
        method,
        agent: false,
        ...(from === undefined ? {} : { localAddress: from }),
        headers: {
          ...(type === undefined ? {} : { 'content-type': type }),
          ...(cookie === '' ? {} : { cookie }),
          ...headers,
        },
      });
      request.once('error', reject);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          for (const line of response.headers['set-cookie'] ?? []) {
            const [name = '', value = ''] = line.split(';', 1)[0]?.split('=') ?? [];
            cookies.set(name, value);
          }
          told += `${JSON.stringify(response.rawHeaders)}\n${text}\n`;
          const { location } = response.headers;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text), location });
        });
      });
      request.end(content);
    });
  };

  const scene: Scene = {
    gateway,
    documents,
    victim,
    names,
    documentUrl: (host, path = '/client.json') => `https://${host}:${documents.port}${path}`,
    publish(host, changes = {}, path = '/client.json') {
      const url = scene.documentUrl(host, path);
      documents.serve(path, { ...CLIENT, client_id: url, ...changes });
      return url;
    },
    send,
    register: (metadata) => send('/oauth/register', { method: 'POST', body: { ...CLIENT, ...metadata } }),
    async authorize(parameters) {
      const asked = new URLSearchParams({
        response_type: 'code',
        redirect_uri: 'http://127.0.0.1:5000/callback',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        resource: gateway.url('notes'),
        state: 'state-of-the-client',
        ...parameters,
      });
      return send(`/oauth/authorize?${asked.toString()}`);
    },
    follow: ({ location = '/' }) => {
      const { pathname, search } = new URL(location, gateway.origin);
      return send(`${pathname}${search}`);
    },
    async decide(clientId, decision) {
      const headers = { authorization: `Bearer ${adminToken}` };
      const path = `/api/v1/clients/${handleOf(clientId)}`;
      const { profile } = (await send(path, { headers })).json;
      return send(`${path}/decision`, { method: 'POST', headers, body: { decision, profile } });
    },
    secrets: () => secrets,
    keepSecret: (secret) => void secrets.push(secret),
    told: () => told,
    lifetime: t,
    async begin() {
      recordsBefore = (await gateway.records()).length;
      told = '';
    },
    async outcome(atLeast) {
      const since = async (): Promise<readonly TestRecord[]> =>
        (await gateway.records())
          .slice(recordsBefore)
          .filter(
            ({ leaf, header }) => !(leaf.kind === 'control' && OWN_ACTS.has(leaf.st)) && (header?.count ?? 1) === 1,
          );
      let records = await since();
      // Nobody waits for the records of strangers' refusals, this excepted.
      for (let turn = 0; records.length < atLeast && turn < TURNS_MAX; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        records = await since();
      }
      return records;
    },
    after: (run) => void afters.push(run),
    async close() {
      for (const run of afters.toReversed()) await run();
    },
  };
  return scene;
}
