import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../programs.ts';
import { TARGET_WORK } from '../target-work.ts';
import { runCommand } from './command.ts';
import { drive } from './drive.ts';

const MCPORTER = programPath('mcporter', 'dist/cli.js');

/** How long the command took, and from which file it has the address, the server did not say. */
const withoutOwnWords = (printed: string): unknown => {
  const {
    durationMs: _duration,
    transport: _transport,
    source: _source,
    ...rest
  } = JSON.parse(printed) as Record<string, unknown>;
  return rest;
};

await drive(async ({ url, token, target }) => {
  const work = TARGET_WORK[target];
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-mcporter-'));
  const config = join(folder, 'mcporter.json');
  const server = { baseUrl: url, headers: { Authorization: `Bearer ${token}` } };
  writeFileSync(config, JSON.stringify({ mcpServers: { server }, imports: [] }), { mode: 0o600 });
  const port = (...args: readonly string[]): Promise<string> => runCommand(MCPORTER, ['--config', config, ...args]);
  return {
    deeds: {
      list: async () => withoutOwnWords(await port('list', 'server', '--json', '--schema')),
      call: async () =>
        port('call', `server.${work.call.name}`, '--args', JSON.stringify(work.call.arguments), '--output', 'raw'),
      prompts: 'it has no command for prompts',
      resources: async () => [await port('resource', 'server'), await port('resource', 'server', work.resource)],
      progress: 'its command line shows no progress',
      elicitation: 'it declares no elicitation',
      changes: 'a command of it ends with its answer',
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
