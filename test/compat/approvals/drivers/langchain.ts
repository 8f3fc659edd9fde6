import { importProgram } from '../../programs.ts';
import { HELD_TOOL } from '../course.ts';
import { driveHeldCalls } from '../frame.ts';

type LangChainTool = { readonly name: string; invoke(input: unknown): Promise<unknown> };
type LangChainClient = { getTools(): Promise<readonly LangChainTool[]>; close(): Promise<void> };
type LangChain = { readonly MultiServerMCPClient: new (settings: object) => LangChainClient };

await driveHeldCalls(async ({ url, token, setup }, screen) => {
  const { MultiServerMCPClient } = (await importProgram('@langchain/mcp-adapters', 'dist/index.js')) as LangChain;
  const client = new MultiServerMCPClient({
    useStandardContentBlocks: true,
    ...(setup === 'progress' ? { onProgress: () => screen.progress() } : {}),
    mcpServers: { server: { transport: 'http', url, headers: { Authorization: `Bearer ${token}` } } },
  });
  const tool = (await client.getTools()).find(({ name }) => name === HELD_TOOL);
  if (tool === undefined) throw new Error(`it lists no tool ${HELD_TOOL}`);
  return {
    call: async (order) => {
      const said = await tool.invoke({ order });
      return typeof said === 'string' ? said : JSON.stringify(said);
    },
    close: () => client.close(),
  };
});
