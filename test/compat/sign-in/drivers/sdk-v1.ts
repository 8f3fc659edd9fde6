import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { succeeded } from '../../drivers/proven.ts';
import { driveSignIn } from '../frame.ts';
import { FORECAST, WATCH } from '../step.ts';
import { openSignIn } from './provider.ts';

driveSignIn((errand) => {
  const opened = openSignIn(errand);
  let client = new Client({ name: 'sdk-v1', version: '1.0.0' });
  const transportOf = async (): Promise<StreamableHTTPClientTransport> => {
    const { provider } = await opened;
    return new StreamableHTTPClientTransport(new URL(errand.url), { authProvider: provider });
  };
  const connect = async (): Promise<void> => {
    client = new Client({ name: 'sdk-v1', version: '1.0.0' });
    await client.connect((await transportOf()) as object as Transport);
  };
  const call = async (): Promise<unknown> => succeeded(await client.callTool(FORECAST)).structuredContent;
  return {
    async signIn() {
      const transport = await transportOf();
      await client.connect(transport as object as Transport).then(
        () => Promise.reject(new Error('it was let in without a token')),
        (error: unknown) => {
          if (!(error instanceof UnauthorizedError)) throw error;
        },
      );
      await transport.finishAuth((await (await opened).cameBack).get('code') ?? '');
      await connect();
    },
    call,
    async again() {
      await connect();
      return call();
    },
    watch: () => client.callTool(WATCH, CallToolResultSchema, { onprogress: () => undefined }),
  };
});
