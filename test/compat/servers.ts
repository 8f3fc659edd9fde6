/** The server programs: how each is reached, and what it is asked. */
import { join } from 'node:path';
import type { HttpServerName } from './http-servers.ts';
import { programPath, rootProgramPath } from './programs.ts';
import type { ToolCall } from './server-session.ts';

/** `folder` is one for this run of the server, `files` one that all its runs share. */
type Places = { readonly folder: string; readonly files: string };

export type ServerProgram = {
  readonly title: string;
  readonly package: string;
  readonly calls: (places: Places) => readonly ToolCall[];
} & (
  | {
      readonly transport: 'stdio';
      readonly args: (places: Places) => readonly string[];
      readonly env?: (places: Places) => Readonly<Record<string, string>>;
    }
  | { readonly transport: 'http' | 'sse'; readonly listens: HttpServerName }
);

const entities = [{ name: 'parcel-4711', entityType: 'parcel', observations: ['late', 'größer als gedacht'] }];
const thought = { thought: 'Who called?', thoughtNumber: 1, totalThoughts: 2, nextThoughtNeeded: true };
const SQL = 'select emp_no, first_name, hire_date from employee order by emp_no limit 3';

const EVERYTHING = '@modelcontextprotocol/server-everything';
const everythingCalls = (): readonly ToolCall[] => [
  { name: 'echo', arguments: { message: 'grüße ✓' } },
  { name: 'get-structured-content', arguments: { location: 'Chicago' } },
  { name: 'get-tiny-image', arguments: {} },
  { name: 'get-annotated-message', arguments: { messageType: 'error', includeImage: true } },
];
const dbhubCalls = (): readonly ToolCall[] => [
  { name: 'execute_sql', arguments: { sql: SQL } },
  { name: 'execute_sql', arguments: { sql: 'select nothing from nowhere' } },
];

export const SERVERS: readonly ServerProgram[] = [
  {
    title: 'filesystem',
    package: '@modelcontextprotocol/server-filesystem',
    transport: 'stdio',
    args: ({ files }) => [rootProgramPath('@modelcontextprotocol/server-filesystem', 'dist/index.js'), files],
    calls: ({ files }) => [
      { name: 'read_text_file', arguments: { path: join(files, 'hello.txt') } },
      { name: 'read_text_file', arguments: { path: join(files, 'missing.txt') } },
    ],
  },
  {
    title: 'memory',
    package: '@modelcontextprotocol/server-memory',
    transport: 'stdio',
    args: () => [rootProgramPath('@modelcontextprotocol/server-memory', 'dist/index.js')],
    env: ({ folder }) => ({ MEMORY_FILE_PATH: join(folder, 'memory.jsonl') }),
    calls: () => [
      { name: 'create_entities', arguments: { entities } },
      { name: 'read_graph', arguments: {} },
    ],
  },
  {
    title: 'sequential-thinking',
    package: '@modelcontextprotocol/server-sequential-thinking',
    transport: 'stdio',
    args: () => [programPath('@modelcontextprotocol/server-sequential-thinking', 'dist/index.js')],
    calls: () => [{ name: 'sequentialthinking', arguments: thought }],
  },
  {
    title: 'dbhub',
    package: '@bytebase/dbhub',
    transport: 'stdio',
    args: () => [programPath('@bytebase/dbhub', 'dist/index.js'), '--demo', '--transport', 'stdio'],
    calls: dbhubCalls,
  },
  { title: 'dbhub', package: '@bytebase/dbhub', transport: 'http', listens: 'dbhub', calls: dbhubCalls },
  {
    title: 'everything',
    package: EVERYTHING,
    transport: 'stdio',
    args: () => [rootProgramPath(EVERYTHING, 'dist/index.js'), 'stdio'],
    calls: everythingCalls,
  },
  { title: 'everything', package: EVERYTHING, transport: 'sse', listens: 'everything-sse', calls: everythingCalls },
  { title: 'everything', package: EVERYTHING, transport: 'http', listens: 'everything', calls: everythingCalls },
];
