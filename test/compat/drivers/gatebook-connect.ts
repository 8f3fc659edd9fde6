/** `gatebook connect` stands between a client that speaks stdio only (here the SDK's) and the gateway. */
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { join } from 'node:path';
import { ROOT } from '../programs.ts';
import { drive } from './drive.ts';
import { sdkV1Deeds } from './sdk-v1-deeds.ts';

await drive(({ url, token, target }) => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(ROOT, 'src', 'bin', 'gatebook.ts'), 'connect', url],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', GATEBOOK_TOKEN: token },
    stderr: 'ignore',
  });
  return sdkV1Deeds(transport, target, 'sdk-v1-over-connect');
});
