/** Where it is kept which call made which task or state: a table of `state.db`. */
import { join } from 'node:path';
import type { StartRefusal } from '#bin/generation.ts';
import type { BindingStore } from '#bindings/binding.ts';
import { EXIT_UNAVAILABLE } from '#cli/exit-codes.ts';
import type { LoadedConfig } from '#config/load.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { openBindingStore } from '#store/binding-store.ts';

/** After the state was opened: it is that one that says whether the file can be trusted. */
export function openBindings(loaded: LoadedConfig): Result<BindingStore, StartRefusal> {
  const path = join(loaded.config.data, 'state.db');
  try {
    return ok(openBindingStore({ path, limits: loaded.limits }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err({ exit: EXIT_UNAVAILABLE, message: `${path} cannot be used: ${why}` });
  }
}
