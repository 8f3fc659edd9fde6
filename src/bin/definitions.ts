/** The definitions of the data directory, opened and followed. */
import { join } from 'node:path';
import type { StartRefusal } from '#bin/generation.ts';
import { EXIT_UNAVAILABLE } from '#cli/exit-codes.ts';
import type { LoadedConfig } from '#config/load.ts';
import { createDefinitionWatch } from '#definitions/definition-watch.ts';
import { createDefinitions } from '#definitions/definitions.ts';
import type { Definitions } from '#definitions/definitions.ts';
import type { Log } from '#gateway/gateway.ts';
import { systemIdentityClock } from '#identity/clock.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { openDefinitionStore } from '#store/definition-store.ts';

export type FollowedDefinitions = {
  readonly definitions: Definitions;
  /** Before the first call: from here on everything kept is known. */
  start(): Promise<Result<true, StartRefusal>>;
  stop(): Promise<void>;
};

/** After the state was opened, which makes the file private. */
export function followDefinitions({ config, limits }: LoadedConfig, log: Log): FollowedDefinitions {
  const path = join(config.data, 'state.db');
  const definitions = createDefinitions(openDefinitionStore({ path, limits }), limits);
  const watch = createDefinitionWatch({ definitions, clock: systemIdentityClock, limits, log });
  return {
    definitions,
    async start() {
      try {
        await watch.start();
        return ok(true);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return err({ exit: EXIT_UNAVAILABLE, message: `definitions in ${path} cannot be read: ${why}` });
      }
    },
    async stop() {
      watch.close();
      await definitions.store.close();
    },
  };
}
