import { importProgram } from '../programs.ts';
import { TARGET_WORK, USER_ANSWER } from '../target-work.ts';
import { drive } from './drive.ts';
import { heardSome, succeeded } from './proven.ts';

type AiSdkClient = {
  listTools(): Promise<unknown>;
  tools(): Promise<
    Readonly<Record<string, { readonly execute: (input: unknown, options: object) => Promise<unknown> }>>
  >;
  callTool(call: { readonly name: string; readonly arguments: object }): Promise<unknown>;
  listPrompts(): Promise<unknown>;
  getPrompt(prompt: { readonly name: string; readonly arguments: object }): Promise<unknown>;
  listResources(): Promise<unknown>;
  readResource(resource: { readonly uri: string }): Promise<unknown>;
  onElicitationRequest(schema: unknown, handler: (request: { readonly params: unknown }) => unknown): void;
  close(): Promise<void>;
};
type AiSdk = {
  readonly createMCPClient: (settings: object) => Promise<AiSdkClient>;
  readonly ElicitationRequestSchema: unknown;
};

await drive(async ({ url, token, target }) => {
  const work = TARGET_WORK[target];
  const { createMCPClient, ElicitationRequestSchema } = (await importProgram('@ai-sdk/mcp', 'dist/index.js')) as AiSdk;
  const client = await createMCPClient({
    clientName: 'ai-sdk',
    transport: { type: target === 'old' ? 'sse' : 'http', url, headers: { Authorization: `Bearer ${token}` } },
    capabilities: { elicitation: {} },
  });
  const asked: unknown[] = [];
  client.onElicitationRequest(ElicitationRequestSchema, ({ params }) => {
    asked.push(params);
    return USER_ANSWER;
  });
  return {
    deeds: {
      list: () => client.listTools(),
      call: async () => {
        const tools = await client.tools();
        const tool = tools[work.call.name];
        if (tool === undefined) throw new Error(`it makes no tool of ${work.call.name}`);
        return succeeded(await tool.execute(work.call.arguments, { messages: [], toolCallId: 'call-1' }));
      },
      prompts: async () => [await client.listPrompts(), await client.getPrompt(work.prompt)],
      resources: async () => [await client.listResources(), await client.readResource({ uri: work.resource })],
      progress: 'its calls take no progress handler',
      elicitation: async () => ({
        result: succeeded(await client.callTool(work.elicitation)),
        asked: heardSome(asked, 'elicitation'),
      }),
      changes: 'it tells nobody of changed lists',
    },
    close: () => client.close(),
  };
});
