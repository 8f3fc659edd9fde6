/** The programs that sign people in, and which script drives each. */
export type SigningClient = {
  readonly title: string;
  /** Whose version the page names. */
  readonly package: string;
  readonly driver: string;
};

export const SIGNING_CLIENTS: readonly SigningClient[] = [
  { title: 'SDK v1', package: '@modelcontextprotocol/sdk', driver: 'sdk-v1.ts' },
  { title: 'SDK v2, legacy', package: '@modelcontextprotocol/client', driver: 'sdk-v2-legacy.ts' },
  { title: 'SDK v2, auto', package: '@modelcontextprotocol/client', driver: 'sdk-v2-auto.ts' },
  { title: 'SDK v2, pinned to 2026-07-28', package: '@modelcontextprotocol/client', driver: 'sdk-v2-modern.ts' },
  { title: 'Inspector, command line', package: '@modelcontextprotocol/inspector', driver: 'inspector.ts' },
  { title: 'mcp-remote, with the SDK v1 over stdio', package: 'mcp-remote', driver: 'mcp-remote.ts' },
  { title: 'AI SDK', package: '@ai-sdk/mcp', driver: 'ai-sdk.ts' },
  { title: 'LangChain adapters', package: '@langchain/mcp-adapters', driver: 'langchain.ts' },
  { title: 'mcporter', package: 'mcporter', driver: 'mcporter.ts' },
];
