/** The demo's MCP client: the official SDK, unchanged, as a person of group `support`. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const gatewayPort = Number(process.env['GATEBOOK_DEMO_PORT'] ?? 8420);

process.on('uncaughtException', (error) => {
  console.error(`The demo does not answer on port ${gatewayPort}; is npm start running? (${error.message})`);
  process.exit(3);
});

async function personsToken(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${gatewayPort + 1}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('demo-cli:demo-cli-secret')}` },
    body: new URLSearchParams({ grant_type: 'password', username: 'ada@example.com', password: 'demo', scope: 'mcp' }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

const token = await personsToken();
const transport = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${gatewayPort}/mcp/customers`), {
  requestInit: { headers: { authorization: `Bearer ${token}` } },
});
const client = new Client({ name: 'gatebook-demo', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
await client.connect(transport);

const { tools } = await client.listTools();
console.log(`ada@example.com may use: ${tools.map((tool) => tool.name).join(', ')}\n`);
const read = await client.callTool({ name: 'read_text_file', arguments: { path: 'blue-heron.json' } });
console.log('read_text_file blue-heron.json ->', JSON.stringify(read.content, null, 2));
const write = await client.callTool({ name: 'write_file', arguments: { path: 'blue-heron.json', content: '{}' } });
console.log('\nwrite_file blue-heron.json ->', JSON.stringify(write.content, null, 2));
await client.close();
