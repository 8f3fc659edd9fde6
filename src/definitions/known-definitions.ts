/**
 * What this process knows of the definitions of all connections, in memory: a call looks here and nowhere else. Kept up
 * with the store by whoever follows it.
 */
import { hasChanged, keyText } from '#definitions/definition.ts';
import type { Definition, DefinitionKey, DefinitionKind, DefinitionVersion } from '#definitions/definition.ts';
import type { Limits } from '#limits.ts';

/** What conditions and steps may ask about a definition. */
export type Standing = {
  /** It was in a list. */
  readonly isKnown: boolean;
  /** Some version of it was seen that nobody accepted. */
  readonly changed: boolean;
  /** Some version of it with hidden text was accepted by nothing but being the first. */
  readonly hidden: boolean;
  /** Of the version accepted last; undefined when that has none or nothing is known. */
  readonly annotations?: Readonly<Record<string, unknown>>;
};

export type KnownDefinitions = {
  readonly standing: (connection: string, kind: DefinitionKind, name: string) => Standing;
  readonly get: (connection: string, key: DefinitionKey) => Definition | undefined;
  /** Whether another definition of the connection would be kept. */
  readonly hasRoom: (connection: string) => boolean;
  readonly all: () => readonly Definition[];
  /** Puts them in place of what was known, unless that is newer. */
  apply(definitions: readonly Definition[]): void;
};

type Known = { readonly definition: Definition; readonly standing: Standing };

const UNKNOWN: Standing = { isKnown: false, changed: false, hidden: false };
/** Of a name there is no room for: nobody can say what it was. */
const NO_ROOM: Standing = { isKnown: false, changed: true, hidden: false };

function annotationsOf(versions: readonly DefinitionVersion[]): Pick<Standing, 'annotations'> {
  const last = versions.findLast(({ accepted }) => accepted !== undefined);
  if (last === undefined || last.annotations === '') return {};
  const annotations: unknown = JSON.parse(last.annotations);
  return { annotations: Object.assign(Object.create(null), annotations) as Record<string, unknown> };
}

export const needsAdmin = ({ hidden, accepted }: DefinitionVersion): boolean =>
  hidden.length > 0 && (accepted === undefined || accepted === 'first_use');

const standingOf = (definition: Definition): Standing => ({
  isKnown: true,
  changed: hasChanged(definition),
  hidden: definition.versions.some(needsAdmin),
  ...annotationsOf(definition.versions),
});

export function createKnownDefinitions(limits: Pick<Limits, 'definitionsPerConnection'>): KnownDefinitions {
  const byConnection = new Map<string, Map<string, Known>>();
  const hasRoom = (connection: string): boolean =>
    (byConnection.get(connection)?.size ?? 0) < limits.definitionsPerConnection;
  return {
    standing(connection, kind, name) {
      const found = byConnection.get(connection)?.get(keyText({ kind, name }));
      return found?.standing ?? (hasRoom(connection) ? UNKNOWN : NO_ROOM);
    },
    hasRoom,
    get: (connection, key) => byConnection.get(connection)?.get(keyText(key))?.definition,
    all: () => [...byConnection.values()].flatMap((known) => [...known.values()].map(({ definition }) => definition)),
    apply(definitions) {
      for (const definition of definitions) {
        const known = byConnection.get(definition.connection) ?? new Map<string, Known>();
        byConnection.set(definition.connection, known);
        const before = known.get(keyText(definition));
        if (before !== undefined && before.definition.revision >= definition.revision) continue;
        known.set(keyText(definition), { definition, standing: standingOf(definition) });
      }
    },
  };
}
