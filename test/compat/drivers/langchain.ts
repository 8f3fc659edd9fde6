import { importProgram } from '../programs.ts';
import { TARGET_WORK } from '../target-work.ts';
import { drive } from './drive.ts';
import { soon, steadyReports } from './proven.ts';

type LangChainTool = {
  readonly name: string;
  readonly description: string;
  readonly schema: unknown;
  invoke(input: unknown): Promise<unknown>;
};
/** What `getClient` gives: the SDK's client of that server. */
type LangChainConnection = {
  listPrompts(): Promise<unknown>;
  getPrompt(prompt: { readonly name: string; readonly arguments: object }): Promise<unknown>;
};
type LangChainClient = {
  getTools(): Promise<readonly LangChainTool[]>;
  getClient(name: string): Promise<LangChainConnection>;
  listResources(name: string): Promise<unknown>;
  readResource(name: string, uri: string): Promise<unknown>;
  close(): Promise<void>;
};
type LangChain = { readonly MultiServerMCPClient: new (settings: object) => LangChainClient };

await drive(async ({ url, token, target }) => {
  const work = TARGET_WORK[target];
  const { MultiServerMCPClient } = (await importProgram('@langchain/mcp-adapters', 'dist/index.js')) as LangChain;
  const reports: { progress: number; total?: number | undefined }[] = [];
  const changed = Promise.withResolvers<string>();
  const client = new MultiServerMCPClient({
    useStandardContentBlocks: true,
    onProgress: ({ progress, total }: { progress: number; total?: number }) => reports.push({ progress, total }),
    onResourcesListChanged: () => changed.resolve('notifications/resources/list_changed'),
    mcpServers: {
      server: { transport: target === 'old' ? 'sse' : 'http', url, headers: { Authorization: `Bearer ${token}` } },
    },
  });
  const tools = await client.getTools();
  const invoke = (call: { readonly name: string; readonly arguments: object }): Promise<unknown> => {
    const tool = tools.find(({ name }) => name === call.name);
    if (tool === undefined) throw new Error(`it lists no tool ${call.name}`);
    return tool.invoke(call.arguments);
  };
  return {
    deeds: {
      list: async () => tools.map(({ name, description, schema }) => ({ name, description, schema })),
      call: () => invoke(work.call),
      prompts: async () => {
        const connection = await client.getClient('server');
        return [await connection.listPrompts(), await connection.getPrompt(work.prompt)];
      },
      resources: async () => [await client.listResources('server'), await client.readResource('server', work.resource)],
      progress: async () => ({ result: await invoke(work.progress), reports: steadyReports(reports, target) }),
      elicitation: 'it takes no handler for elicitation',
      changes: async () => ({ result: await invoke(work.change), heard: await soon(changed.promise) }),
    },
    close: () => client.close(),
  };
});
