import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../../programs.ts';
import { HELD_TOOL } from '../course.ts';
import { driveHeldCalls } from '../frame.ts';
import { printedBy } from './held-command.ts';

const MCPORTER = programPath('mcporter', 'dist/cli.js');

await driveHeldCalls(async ({ url, token }) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-mcporter-'));
  const config = join(folder, 'mcporter.json');
  const server = { baseUrl: url, headers: { Authorization: `Bearer ${token}` } };
  writeFileSync(config, JSON.stringify({ mcpServers: { server }, imports: [] }), { mode: 0o600 });
  return {
    call: (order) =>
      printedBy(MCPORTER, ['--config', config, 'call', `server.${HELD_TOOL}`, '--args', JSON.stringify({ order })]),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
