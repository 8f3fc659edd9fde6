import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { join } from 'node:path';
import { ROOT } from '../../programs.ts';
import { driveHeldCalls } from '../frame.ts';
import { sdkV1Caller } from './sdk-v1-caller.ts';

await driveHeldCalls(({ url, token, setup }, screen) => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(ROOT, 'src', 'bin', 'gatebook.ts'), 'connect', url],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', GATEBOOK_TOKEN: token },
    stderr: 'ignore',
  });
  return sdkV1Caller(transport, setup, screen);
});
