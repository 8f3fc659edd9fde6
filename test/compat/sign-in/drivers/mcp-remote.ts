/** mcp-remote stands between a client that speaks stdio only (here the SDK's) and Gatebook, and signs the person in by itself. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { freePort } from '../../../e2e/harness.ts';
import { succeeded } from '../../drivers/proven.ts';
import { programPath } from '../../programs.ts';
import { driveSignIn } from '../frame.ts';
import { FORECAST, WATCH } from '../step.ts';

driveSignIn(({ url, way, documentUrl, knownId }) => {
  const ways = {
    registered: [],
    document: ['--client-metadata-url', documentUrl],
    known: ['--static-oauth-client-info', JSON.stringify({ client_id: knownId })],
  };
  let client: Client | undefined;
  const port = freePort();
  const connect = async (): Promise<void> => {
    await client?.close();
    client = new Client({ name: 'sdk-v1-over-mcp-remote', version: '1.0.0' });
    const own = [url, String(await port), '--allow-http', '--transport', 'http-only', ...ways[way]];
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [programPath('mcp-remote', 'dist/proxy.js'), ...own],
      env: Object.fromEntries(
        Object.entries(process.env).filter((one): one is [string, string] => one[1] !== undefined),
      ),
      stderr: process.env['GATEBOOK_COMPAT_DEBUG'] === undefined ? 'ignore' : 'inherit',
    });
    await client.connect(transport);
  };
  const call = async (): Promise<unknown> => succeeded(await client?.callTool(FORECAST))?.structuredContent;
  return {
    signIn: connect,
    call,
    async again() {
      await connect();
      return call();
    },
    watch: async () => client?.callTool(WATCH, CallToolResultSchema, { onprogress: () => undefined }),
  };
});
