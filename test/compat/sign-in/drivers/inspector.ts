import { freePort } from '../../../e2e/harness.ts';
import { runCommand } from '../../drivers/command.ts';
import { succeeded } from '../../drivers/proven.ts';
import { programPath } from '../../programs.ts';
import { driveSignIn } from '../frame.ts';
import { FORECAST, WATCH } from '../step.ts';

const INSPECTOR = programPath('@modelcontextprotocol/inspector', 'clients/launcher/build/index.js');
const port = await freePort();

driveSignIn(({ url, way, documentUrl, knownId }) => {
  const ways = { registered: [], document: ['--client-metadata-url', documentUrl], known: ['--client-id', knownId] };
  const back = `http://127.0.0.1:${port}/oauth/callback`;
  const inspect = async (...method: readonly string[]): Promise<unknown> => {
    const where = ['--server-url', url, '--transport', 'http', '--protocol-era', 'auto', '--callback-url', back];
    const how = [...ways[way], '--format', 'json', '--quiet'];
    return JSON.parse(await runCommand(INSPECTOR, ['--cli', ...where, ...how, '--method', ...method]));
  };
  const callTool = async (tool: { readonly name: string; readonly arguments: object }): Promise<unknown> =>
    succeeded(
      await inspect('tools/call', '--tool-name', tool.name, '--tool-args-json', JSON.stringify(tool.arguments)),
    );
  const call = (): Promise<unknown> => callTool(FORECAST);
  return { signIn: () => inspect('tools/list'), call, again: call, watch: () => callTool(WATCH) };
});
