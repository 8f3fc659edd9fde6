import { programPath } from '../programs.ts';
import { TARGET_WORK } from '../target-work.ts';
import { runCommand } from './command.ts';
import { drive } from './drive.ts';
import { succeeded } from './proven.ts';

const INSPECTOR = programPath('@modelcontextprotocol/inspector', 'clients/launcher/build/index.js');

await drive(async ({ url, token, target }) => {
  const work = TARGET_WORK[target];
  const era = target === 'modern' ? 'auto' : 'legacy';
  const inspect = async (method: string, ...more: readonly string[]): Promise<unknown> => {
    const where = [
      '--server-url',
      url,
      '--transport',
      target === 'old' ? 'sse' : 'http',
      '--header',
      `Authorization: Bearer ${token}`,
    ];
    const how = ['--protocol-era', era, '--stored-auth-only', '--format', 'json', '--quiet'];
    const printed = await runCommand(INSPECTOR, ['--cli', ...where, ...how, '--method', method, ...more]);
    return JSON.parse(printed) as unknown;
  };
  const pairs = (values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).map(([key, value]) => `${key}=${value}`);
  const call = ({ name, arguments: args }: { readonly name: string; readonly arguments: object }): Promise<unknown> =>
    inspect('tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args));
  return {
    deeds: {
      list: () => inspect('tools/list'),
      call: async () => succeeded(await call(work.call)),
      prompts: async () => [
        await inspect('prompts/list'),
        await inspect(
          'prompts/get',
          '--prompt-name',
          work.prompt.name,
          '--prompt-args',
          ...pairs(work.prompt.arguments),
        ),
      ],
      resources: async () => [await inspect('resources/list'), await inspect('resources/read', '--uri', work.resource)],
      progress: 'its command line shows no progress',
      elicitation: 'its command line asks nobody',
      changes: 'a command of it ends with its answer',
    },
    close: async () => undefined,
  };
});
