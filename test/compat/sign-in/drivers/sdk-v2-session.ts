/** The official SDK v2, whichever way it settles on a revision. */
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import type { VersionNegotiationMode } from '@modelcontextprotocol/client';
import { succeeded } from '../../drivers/proven.ts';
import { driveSignIn } from '../frame.ts';
import { FORECAST, WATCH } from '../step.ts';
import { openSignIn } from './provider.ts';

export function driveSdkV2(mode: VersionNegotiationMode): void {
  driveSignIn((errand) => {
    const opened = openSignIn(errand);
    const create = (): Client => new Client({ name: 'sdk-v2', version: '2.0.0' }, { versionNegotiation: { mode } });
    let client = create();
    const transportOf = async (): Promise<StreamableHTTPClientTransport> =>
      new StreamableHTTPClientTransport(new URL(errand.url), { authProvider: (await opened).provider });
    const connect = async (): Promise<void> => {
      client = create();
      await client.connect(await transportOf());
    };
    const call = async (): Promise<unknown> => succeeded(await client.callTool(FORECAST)).structuredContent;
    return {
      async signIn() {
        const transport = await transportOf();
        await client.connect(transport).then(
          () => Promise.reject(new Error('it was let in without a token')),
          (error: unknown) => {
            if (!(error instanceof UnauthorizedError)) throw error;
          },
        );
        await transport.finishAuth(await (await opened).cameBack);
        await connect();
      },
      call,
      async again() {
        await connect();
        return call();
      },
      watch: () => client.callTool(WATCH, { onprogress: () => undefined }),
    };
  });
}
