/** The client programs, and which script drives each. */
import type { Errand, Observed, TargetName } from './feature.ts';
import { FEATURES } from './feature.ts';
import { startChild } from './child.ts';
import { join } from 'node:path';
import { HERE } from './programs.ts';

export type ClientProgram = {
  readonly title: string;
  /** Whose version the page names. */
  readonly package: string;
  readonly driver: string;
  /** Which servers it can be used with. */
  readonly targets: readonly TargetName[];
  /** What it is compared with, where it is of no use without Gatebook. */
  readonly directDriver?: string;
  /** It is told to speak the modern era or nothing, so there is nothing to do with a server of the legacy one. */
  readonly isPinned?: true;
};

const BOTH: readonly TargetName[] = ['legacy', 'modern'];
const ALL: readonly TargetName[] = [...BOTH, 'old'];

export const CLIENTS: readonly ClientProgram[] = [
  { title: 'SDK v1', package: '@modelcontextprotocol/sdk', driver: 'sdk-v1.ts', targets: ALL },
  { title: 'SDK v2, legacy', package: '@modelcontextprotocol/client', driver: 'sdk-v2-legacy.ts', targets: BOTH },
  { title: 'SDK v2, auto', package: '@modelcontextprotocol/client', driver: 'sdk-v2-auto.ts', targets: BOTH },
  {
    title: 'SDK v2, pinned to 2026-07-28',
    package: '@modelcontextprotocol/client',
    driver: 'sdk-v2-modern.ts',
    targets: BOTH,
    isPinned: true,
  },
  {
    title: 'Inspector, command line',
    package: '@modelcontextprotocol/inspector',
    driver: 'inspector.ts',
    targets: ALL,
  },
  { title: 'mcp-remote, with the SDK v1 over stdio', package: 'mcp-remote', driver: 'mcp-remote.ts', targets: ALL },
  {
    title: 'gatebook connect, with the SDK v1 over stdio',
    package: '@modelcontextprotocol/sdk',
    driver: 'gatebook-connect.ts',
    directDriver: 'sdk-v1.ts',
    targets: BOTH,
  },
  { title: 'AI SDK', package: '@ai-sdk/mcp', driver: 'ai-sdk.ts', targets: ALL },
  { title: 'LangChain adapters', package: '@langchain/mcp-adapters', driver: 'langchain.ts', targets: ALL },
  { title: 'mcporter', package: 'mcporter', driver: 'mcporter.ts', targets: BOTH },
];

const ERRAND_MS_MAX = 90_000;

const everywhere = (fault: string): Observed =>
  Object.fromEntries(FEATURES.map((feature) => [feature, { state: 'fault', fault }])) as Observed;

/** Makes the program do the errand in processes of its own; `home` is where it may keep what it keeps for its user. */
export async function runErrand(driverFile: string, errand: Errand, home: string): Promise<Observed> {
  const driver = startChild([join(HERE, 'drivers', driverFile), JSON.stringify(errand)], {
    env: { HOME: home, NO_COLOR: '1', NO_PROXY: '127.0.0.1' },
  });
  const { promise, resolve } = Promise.withResolvers<Observed>();
  driver.process.once('message', (observed) => resolve(observed as Observed));
  void driver.ended.then((code) => resolve(everywhere(`the driver ended with ${code}: ${driver.written().trim()}`)));
  const timer = setTimeout(() => resolve(everywhere('the program did not end in time')), ERRAND_MS_MAX);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await driver.end();
  }
}
