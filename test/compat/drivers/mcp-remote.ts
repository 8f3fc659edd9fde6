/** mcp-remote stands between a client that speaks stdio only (here the SDK's) and a server over HTTP. */
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { programPath } from '../programs.ts';
import { drive } from './drive.ts';
import { sdkV1Deeds } from './sdk-v1-deeds.ts';

await drive(({ url, token, target }) => {
  const strategy = target === 'old' ? 'sse-only' : 'http-first';
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      programPath('mcp-remote', 'dist/proxy.js'),
      url,
      '--allow-http',
      '--transport',
      strategy,
      '--header',
      'Authorization:${AUTH_HEADER}',
    ],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', AUTH_HEADER: `Bearer ${token}` },
    stderr: 'ignore',
  });
  return sdkV1Deeds(transport, target, 'sdk-v1-over-mcp-remote');
});
