import { succeeded } from '../../drivers/proven.ts';
import { importProgram } from '../../programs.ts';
import { driveSignIn } from '../frame.ts';
import { FORECAST, WATCH } from '../step.ts';
import { openSignIn } from './provider.ts';

type AiSdkClient = { callTool(call: { readonly name: string; readonly arguments: object }): Promise<unknown> };
type AiSdk = {
  readonly createMCPClient: (settings: object) => Promise<AiSdkClient>;
  readonly auth: (provider: object, options: object) => Promise<'AUTHORIZED' | 'REDIRECT'>;
  readonly UnauthorizedError: new (...args: never) => Error;
};
const { createMCPClient, auth, UnauthorizedError } = (await importProgram('@ai-sdk/mcp', 'dist/index.js')) as AiSdk;

driveSignIn((errand) => {
  if (errand.way === 'document') return 'it publishes no document';
  // What it found out about the authorization server, it wants its application to keep.
  let found: unknown;
  const keeping = {
    authorizationServerInformation: () => found,
    saveAuthorizationServerInformation: (told: unknown) => void (found = told),
  };
  const opened = openSignIn(errand).then((signIn) => ({ ...signIn, provider: { ...signIn.provider, ...keeping } }));
  const connect = async (): Promise<AiSdkClient> => {
    const { provider } = await opened;
    return createMCPClient({
      clientName: 'ai-sdk',
      transport: { type: 'http', url: errand.url, authProvider: provider },
    });
  };
  let client: AiSdkClient | undefined;
  const call = async (): Promise<unknown> => {
    const answer = succeeded(await client?.callTool(FORECAST)) as { readonly structuredContent?: unknown };
    return answer.structuredContent;
  };
  return {
    async signIn() {
      await connect().then(
        () => Promise.reject(new Error('it was let in without a token')),
        (error: unknown) => {
          const cause = (error as { readonly cause?: unknown }).cause;
          if (!(error instanceof UnauthorizedError) && !(cause instanceof UnauthorizedError)) throw error;
        },
      );
      const { provider, cameBack } = await opened;
      const query = await cameBack;
      const back = {
        authorizationCode: query.get('code'),
        callbackState: query.get('state'),
        callbackIssuer: query.get('iss'),
      };
      await auth(provider, { serverUrl: errand.url, ...back });
      client = await connect();
    },
    call,
    async again() {
      client = await connect();
      return call();
    },
    watch: async () => client?.callTool(WATCH),
  };
});
