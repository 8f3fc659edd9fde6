/** Definitions for tests: the real store in memory of SQLite, and what a server may have shown. */
import { hash } from 'node:crypto';
import type { AcceptedBy, DefinitionKey, FoundDefinition } from '#definitions/definition.ts';
import type { Acceptance, DefinitionStore, Sighting } from '#definitions/definition-store.ts';
import { createDefinitions } from '#definitions/definitions.ts';
import type { Definitions } from '#definitions/definitions.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { openDefinitionsDb } from '#store/definitions-db.ts';

export type FakeDefinitionStore = DefinitionStore & {
  /** Methods that reject while they are in here. */
  readonly failing: Set<keyof DefinitionStore>;
};

export function createFakeDefinitionStore(limits: Partial<Limits> = {}): FakeDefinitionStore {
  const store = openDefinitionsDb({ path: ':memory:', limits: { ...LIMITS, ...limits } });
  const failing = new Set<keyof DefinitionStore>();
  const guarded =
    <A extends unknown[], T>(name: keyof DefinitionStore, run: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (failing.has(name)) throw new Error(`${name} fails`);
      return run(...args);
    };
  return {
    failing,
    after: guarded('after', (revision: number) => store.after(revision)),
    note: guarded('note', (sighting: Sighting) => store.note(sighting)),
    accept: guarded('accept', (all: readonly Acceptance[], by: AcceptedBy) => store.accept(all, by)),
    texts: guarded('texts', (connection: string, key: DefinitionKey) => store.texts(connection, key)),
    close: () => store.close(),
  };
}

export const fakeDefinitions = (
  limits: Partial<Limits> = {},
  store: DefinitionStore = createFakeDefinitionStore(limits),
): Definitions => createDefinitions(store, { ...LIMITS, ...limits });

export const foundTool = (name: string, text: string, more: Partial<FoundDefinition> = {}): FoundDefinition => ({
  kind: 'tool',
  name,
  hash: hash('sha256', text, 'hex'),
  bytes: text.length,
  hidden: [],
  annotations: '',
  text,
  record: 'a:1',
  ...more,
});
