import { importProgram } from '../../programs.ts';
import { HELD_TOOL } from '../course.ts';
import { driveHeldCalls } from '../frame.ts';
import { answerTo, wordsOf } from './user.ts';

type Asked = Parameters<typeof answerTo>[0];
type Tool = { readonly execute: (input: unknown, options: object) => Promise<unknown> };
type AiSdkClient = {
  tools(): Promise<Readonly<Record<string, Tool>>>;
  onElicitationRequest(schema: unknown, handler: (request: { readonly params: Asked }) => unknown): void;
  close(): Promise<void>;
};
type AiSdk = {
  readonly createMCPClient: (settings: object) => Promise<AiSdkClient>;
  readonly ElicitationRequestSchema: unknown;
};

await driveHeldCalls(async ({ url, token, setup }, screen) => {
  const { createMCPClient, ElicitationRequestSchema } = (await importProgram('@ai-sdk/mcp', 'dist/index.js')) as AiSdk;
  const client = await createMCPClient({
    clientName: 'ai-sdk',
    transport: { type: 'http', url, headers: { Authorization: `Bearer ${token}` } },
    capabilities: setup === 'form' ? { elicitation: {} } : {},
  });
  if (setup === 'form') client.onElicitationRequest(ElicitationRequestSchema, ({ params }) => answerTo(params, screen));
  const tool = (await client.tools())[HELD_TOOL];
  if (tool === undefined) throw new Error(`it makes no tool of ${HELD_TOOL}`);
  return {
    call: async (order) => wordsOf(await tool.execute({ order }, { messages: [], toolCallId: order })),
    close: () => client.close(),
  };
});
