import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { programPath } from '../../programs.ts';
import { driveHeldCalls } from '../frame.ts';
import { sdkV1Caller } from './sdk-v1-caller.ts';

await driveHeldCalls(({ url, token, setup }, screen) => {
  const remote = [programPath('mcp-remote', 'dist/proxy.js'), url, '--allow-http', '--transport', 'http-first'];
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...remote, '--header', 'Authorization:${AUTH_HEADER}'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', AUTH_HEADER: `Bearer ${token}` },
    stderr: 'ignore',
  });
  return sdkV1Caller(transport, setup, screen);
});
