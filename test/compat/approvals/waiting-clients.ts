/** The programs whose calls are held, how each is set up, and which script drives it. */
import { SETUPS } from './course.ts';
import type { Era, ServerOfOrders, Setup } from './course.ts';

export type WaitingClient = {
  readonly title: string;
  /** Whose version the page names. */
  readonly package: string;
  /** In which it calls a server that speaks both. */
  readonly era: Era;
  readonly driver: string;
  readonly setup: Setup;
  /** `orders` unless it says otherwise. */
  readonly server?: ServerOfOrders;
};

const SETUP_WORDS: Readonly<Record<Setup, string>> = {
  plain: '',
  progress: ', `onprogress`',
  patient: ', `onprogress` and `resetTimeoutOnProgress`',
  url: ', elicitation by URL',
  form: ', elicitation by form',
  task: ', as a task',
};
const inEverySetup = (
  title: string,
  client: Omit<WaitingClient, 'title' | 'setup'>,
  setups: readonly Setup[],
): readonly WaitingClient[] => setups.map((setup) => ({ ...client, title: `${title}${SETUP_WORDS[setup]}`, setup }));

const V1 = { package: '@modelcontextprotocol/sdk', era: 'legacy', setup: 'plain' } as const;

export const WAITING_CLIENTS: readonly WaitingClient[] = [
  ...inEverySetup('SDK v1', { ...V1, driver: 'sdk-v1.ts' }, [...SETUPS, 'task']),
  ...inEverySetup('SDK v1, a server without sessions', { ...V1, driver: 'sdk-v1.ts', server: 'stateless' }, ['url']),
  ...inEverySetup('SDK v1 over HTTP+SSE', { ...V1, driver: 'sdk-v1-sse.ts', server: 'sse' }, [
    'plain',
    'progress',
    'form',
  ]),
  ...inEverySetup(
    'SDK v2',
    { package: '@modelcontextprotocol/client', era: 'legacy', driver: 'sdk-v2-legacy.ts' },
    SETUPS,
  ),
  ...inEverySetup(
    'SDK v2',
    { package: '@modelcontextprotocol/client', era: 'modern', driver: 'sdk-v2-modern.ts' },
    SETUPS,
  ),
  ...inEverySetup('AI SDK', { package: '@ai-sdk/mcp', era: 'modern', driver: 'ai-sdk.ts' }, ['plain', 'form']),
  {
    title: 'Inspector, command line',
    package: '@modelcontextprotocol/inspector',
    era: 'legacy',
    driver: 'inspector-legacy.ts',
    setup: 'plain',
  },
  {
    title: 'Inspector, command line',
    package: '@modelcontextprotocol/inspector',
    era: 'modern',
    driver: 'inspector-auto.ts',
    setup: 'plain',
  },
  { ...V1, title: 'mcp-remote, with the SDK v1 over stdio', package: 'mcp-remote', driver: 'mcp-remote.ts' },
  { ...V1, title: 'gatebook connect, with the SDK v1 over stdio', driver: 'gatebook-connect.ts' },
  ...inEverySetup('LangChain adapters', { package: '@langchain/mcp-adapters', era: 'legacy', driver: 'langchain.ts' }, [
    'plain',
    'progress',
  ]),
  { title: 'mcporter', package: 'mcporter', era: 'legacy', driver: 'mcporter.ts', setup: 'plain' },
];
