/**
 * The methods of MCP as data, all revisions from 2024-11-05 to 2026-07-28: where a call's name stands, which lists
 * are filtered by what, and what every level of access brings without being named. A method that is not here has no
 * name and is nobody's by default.
 */
import type { ProtocolEra } from '#mcp/revisions/versions.ts';

/** A list whose entries are shown only to who may use them. */
export type FilteredList = {
  /** Member of the result that holds the array. */
  readonly member: string;
  /** Member of an entry by which it is judged. */
  readonly key: string;
  /** The method an entry must be permitted for. */
  readonly permits: string;
  /** The key holds an RFC 6570 template, of which only the literal prefix can be judged. */
  readonly isTemplate: boolean;
};

/** `params.<member>`, or the part of a completion's `ref` that its `type` selects. */
export type NamePlace = { readonly at: 'params'; readonly member: 'name' | 'uri' | 'taskId' } | { readonly at: 'ref' };

export type MethodEntry = {
  readonly eras: readonly ProtocolEra[];
  readonly from: 'client' | 'server';
  readonly name: NamePlace | undefined;
  /** Must be mirrored in the `Mcp-Name` header (2026-07-28, "Standard Request Headers"). */
  readonly isNameMirrored: boolean;
  /** Comes with any level. */
  readonly isImplicit: boolean;
  readonly list: FilteredList | undefined;
};

const BOTH: readonly ProtocolEra[] = ['legacy', 'modern'];
const LEGACY: readonly ProtocolEra[] = ['legacy'];
const MODERN: readonly ProtocolEra[] = ['modern'];

const client = (eras: readonly ProtocolEra[], rest: Partial<MethodEntry> = {}): MethodEntry => ({
  eras,
  from: 'client',
  name: undefined,
  isNameMirrored: false,
  isImplicit: false,
  list: undefined,
  ...rest,
});
const server = (eras: readonly ProtocolEra[]): MethodEntry => ({ ...client(eras), from: 'server' });

const NAME: NamePlace = { at: 'params', member: 'name' };
const URI: NamePlace = { at: 'params', member: 'uri' };
const TASK: NamePlace = { at: 'params', member: 'taskId' };
const list = (member: string, key: string, permits: string, isTemplate = false): FilteredList => ({
  member,
  key,
  permits,
  isTemplate,
});

/** Requests only. Sampling, elicitation and roots are requests of the server in legacy, parts of results in modern. */
export const METHODS: ReadonlyMap<string, MethodEntry> = new Map([
  ['initialize', client(LEGACY, { isImplicit: true })],
  ['ping', client(LEGACY, { isImplicit: true })],
  ['server/discover', client(MODERN, { isImplicit: true })],

  ['tools/list', client(BOTH, { isImplicit: true, list: list('tools', 'name', 'tools/call') })],
  ['tools/call', client(BOTH, { name: NAME, isNameMirrored: true })],
  ['prompts/list', client(BOTH, { isImplicit: true, list: list('prompts', 'name', 'prompts/get') })],
  ['prompts/get', client(BOTH, { name: NAME, isNameMirrored: true })],
  ['resources/list', client(BOTH, { isImplicit: true, list: list('resources', 'uri', 'resources/read') })],
  [
    'resources/templates/list',
    client(BOTH, { isImplicit: true, list: list('resourceTemplates', 'uriTemplate', 'resources/read', true) }),
  ],
  ['resources/read', client(BOTH, { name: URI, isNameMirrored: true })],
  ['resources/subscribe', client(LEGACY, { name: URI })],
  ['resources/unsubscribe', client(LEGACY, { name: URI })],
  ['subscriptions/listen', client(MODERN)],
  ['completion/complete', client(BOTH, { name: { at: 'ref' } })],
  ['logging/setLevel', client(LEGACY)],

  // Part of 2025-11-25; since 2026-07-28 the extension io.modelcontextprotocol/tasks (SEP-2663), which mirrors the id.
  ['tasks/get', client(BOTH, { name: TASK, isNameMirrored: true })],
  ['tasks/cancel', client(BOTH, { name: TASK, isNameMirrored: true })],
  ['tasks/update', client(MODERN, { name: TASK, isNameMirrored: true })],
  ['tasks/result', client(LEGACY, { name: TASK })],
  ['tasks/list', client(LEGACY, { isImplicit: true })],

  ['sampling/createMessage', server(BOTH)],
  ['elicitation/create', server(BOTH)],
  ['roots/list', server(BOTH)],
]);

/** The types of a completion's `ref`: where its name stands and which method's permission governs it. */
export const COMPLETION_REFS: ReadonlyMap<string, { readonly member: 'name' | 'uri'; readonly governedBy: string }> =
  new Map([
    ['ref/prompt', { member: 'name', governedBy: 'prompts/get' }],
    ['ref/resource', { member: 'uri', governedBy: 'resources/read' }],
  ]);

/** SEP-2663. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** Whether a method is about one task of an earlier call, and permitted as that call is. */
export function isAboutTask(method: string): boolean {
  const place = METHODS.get(method)?.name;
  return place?.at === 'params' && place.member === 'taskId';
}

const NOTIFICATION_PREFIX = 'notifications/';

/** MCP names every notification `notifications/…`. */
export const isNotificationMethod = (method: string): boolean => method.startsWith(NOTIFICATION_PREFIX);

/** Whether any level of access brings this method. */
export const isImplicit = (method: string): boolean =>
  isNotificationMethod(method) || METHODS.get(method)?.isImplicit === true;

/** How the result of a list method is filtered; undefined for every other method. */
export const filteredList = (method: string): FilteredList | undefined => METHODS.get(method)?.list;
