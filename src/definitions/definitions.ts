/** Definitions as the gateway uses them: kept in the store, known in memory, changed by one at a time. */
import type { DefinitionStore } from '#definitions/definition-store.ts';
import { createKnownDefinitions } from '#definitions/known-definitions.ts';
import type { KnownDefinitions } from '#definitions/known-definitions.ts';
import { createOutputSchemas, type OutputSchemas } from '#definitions/output-schemas.ts';
import type { Limits } from '#limits.ts';

export type Definitions = {
  readonly known: KnownDefinitions;
  readonly store: DefinitionStore;
  readonly outputSchemas: OutputSchemas;
  /** Runs after what came before it for the same connection has ended, whatever became of that. */
  inTurn<T>(connection: string, run: () => Promise<T>): Promise<T>;
};

export function createDefinitions(
  store: DefinitionStore,
  limits: Pick<Limits, 'definitionsPerConnection'>,
): Definitions {
  const last = new Map<string, Promise<unknown>>();
  const known = createKnownDefinitions(limits);
  return {
    store,
    known,
    outputSchemas: createOutputSchemas(store, known),
    inTurn(connection, run) {
      const before = last.get(connection) ?? Promise.resolve();
      const turn = before.then(run, run);
      const ended = turn
        .catch(() => undefined)
        .finally(() => {
          if (last.get(connection) === ended) last.delete(connection);
        });
      last.set(connection, ended);
      return turn;
    },
  };
}
