import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../e2e/harness.ts';
import { runCommand } from '../../drivers/command.ts';
import { programPath } from '../../programs.ts';
import { driveSignIn } from '../frame.ts';
import { FORECAST, WATCH } from '../step.ts';

const MCPORTER = programPath('mcporter', 'dist/cli.js');
/** One port for good: with another each time it drops the client it registered, and with it the refresh token. */
const callbackPort = await freePort();

driveSignIn(({ url, way, knownId }) => {
  if (way === 'document') return 'it publishes no document';
  const config = join(process.env['HOME'] ?? '', 'mcporter.json');
  const server = {
    baseUrl: url,
    auth: 'oauth',
    oauthRedirectUrl: `http://127.0.0.1:${callbackPort}/callback`,
    ...(way === 'known' ? { oauthClientId: knownId } : {}),
  };
  writeFileSync(config, JSON.stringify({ mcpServers: { server }, imports: [] }), { mode: 0o600 });
  const port = (...args: readonly string[]): Promise<string> => runCommand(MCPORTER, ['--config', config, ...args]);
  const callTool = (tool: { readonly name: string; readonly arguments: object }): Promise<string> =>
    port('call', `server.${tool.name}`, '--args', JSON.stringify(tool.arguments), '--output', 'json');
  const call = async (): Promise<unknown> => JSON.parse(await callTool(FORECAST)) as unknown;
  return { signIn: () => port('auth', 'server'), call, again: call, watch: () => callTool(WATCH) };
});
