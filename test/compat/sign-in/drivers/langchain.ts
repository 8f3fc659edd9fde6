import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { importProgram } from '../../programs.ts';
import { driveSignIn } from '../frame.ts';
import { FORECAST, WATCH } from '../step.ts';
import { openSignIn } from './provider.ts';

type LangChainTool = { readonly name: string; invoke(input: unknown): Promise<unknown> };
type LangChainClient = { getTools(): Promise<readonly LangChainTool[]> };
type LangChain = { readonly MultiServerMCPClient: new (settings: object) => LangChainClient };
const { MultiServerMCPClient } = (await importProgram('@langchain/mcp-adapters', 'dist/index.js')) as LangChain;

driveSignIn((errand) => {
  const opened = openSignIn(errand);
  let tools: readonly LangChainTool[] = [];
  const connect = async (): Promise<void> => {
    const server = { transport: 'http', url: errand.url, authProvider: (await opened).provider };
    tools = await new MultiServerMCPClient({ useStandardContentBlocks: true, mcpServers: { server } }).getTools();
  };
  const callTool = async (asked: { readonly name: string; readonly arguments: object }): Promise<unknown> => {
    const tool = tools.find(({ name }) => name === asked.name);
    if (tool === undefined) throw new Error(`it lists no tool ${asked.name}`);
    return tool.invoke(asked.arguments);
  };
  const call = (): Promise<unknown> => callTool(FORECAST);
  return {
    async signIn() {
      // It says what went wrong in words alone; that the browser comes back is the proof that it asked for a sign-in.
      const refused = connect().then(
        () => Promise.reject(new Error('it was let in without a token')),
        () => undefined,
      );
      const { provider, cameBack } = await opened;
      await refused;
      await auth(provider, {
        serverUrl: errand.url,
        authorizationCode: (await cameBack).get('code') ?? '',
      });
      await connect();
    },
    call,
    async again() {
      await connect();
      return call();
    },
    watch: () => callTool(WATCH),
  };
});
