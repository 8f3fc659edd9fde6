import { programPath } from '../../programs.ts';
import { HELD_TOOL } from '../course.ts';
import { driveHeldCalls } from '../frame.ts';
import { printedBy } from './held-command.ts';

const INSPECTOR = programPath('@modelcontextprotocol/inspector', 'clients/launcher/build/index.js');

export const driveInspector = (era: 'legacy' | 'auto'): Promise<void> =>
  driveHeldCalls(async ({ url, token }) => ({
    call(order) {
      const where = ['--server-url', url, '--transport', 'http', '--header', `Authorization: Bearer ${token}`];
      const how = ['--protocol-era', era, '--stored-auth-only', '--format', 'json', '--quiet'];
      const what = ['--method', 'tools/call', '--tool-name', HELD_TOOL, '--tool-args-json', JSON.stringify({ order })];
      return printedBy(INSPECTOR, ['--cli', ...where, ...how, ...what]);
    },
    close: async () => undefined,
  }));
