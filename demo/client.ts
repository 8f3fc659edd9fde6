/**
 * The demo's MCP client: the official SDK, unchanged. As a person of group `support` with a token of the identity provider,
 * or, with `--sign-in`, as whoever signs in through the browser: then it is told the address and nothing else.
 */
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { openBrowserSignIn } from './browser-sign-in.ts';

const gatewayPort = Number(process.env['GATEBOOK_DEMO_PORT'] ?? 8420);
const url = new URL(`http://127.0.0.1:${gatewayPort}/mcp/customers`);

process.on('uncaughtException', (error) => {
  console.error(`The demo does not answer on port ${gatewayPort}; is npm start running? (${error.message})`);
  process.exit(3);
});

const newClient = (): Client =>
  new Client({ name: 'gatebook-demo', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });

async function personsToken(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${gatewayPort + 1}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('demo-cli:demo-cli-secret')}` },
    body: new URLSearchParams({ grant_type: 'password', username: 'ada@example.com', password: 'demo', scope: 'mcp' }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

async function withToken(): Promise<Client> {
  const headers = { authorization: `Bearer ${await personsToken()}` };
  const client = newClient();
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

async function signedIn(): Promise<Client> {
  const signIn = await openBrowserSignIn(({ href }) => console.log(`Open this in your browser:\n\n  ${href}\n`));
  const transport = new StreamableHTTPClientTransport(url, { authProvider: signIn.provider });
  try {
    await newClient().connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await signIn.cameBack);
  }
  const client = newClient();
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider: signIn.provider }));
  signIn.close();
  return client;
}

const client = process.argv.includes('--sign-in') ? await signedIn() : await withToken();
const { tools } = await client.listTools();
console.log(`you may use: ${tools.map((tool) => tool.name).join(', ')}\n`);
const read = await client.callTool({ name: 'read_text_file', arguments: { path: 'blue-heron.json' } });
console.log('read_text_file blue-heron.json ->', JSON.stringify(read.content, null, 2));
const write = await client.callTool({ name: 'write_file', arguments: { path: 'blue-heron.json', content: '{}' } });
console.log('\nwrite_file blue-heron.json ->', JSON.stringify(write.content, null, 2));
await client.close();
