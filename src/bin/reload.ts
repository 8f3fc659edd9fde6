/**
 * A reload: everything that can fail, then the record, then the swap. Until the record is durable nothing has changed; a
 * refusal leaves the gateway exactly as it was. One at a time; what is asked meanwhile is done once more afterwards.
 */
import { closeUnshared, makeGeneration } from '#bin/generation.ts';
import type { Generation, Lasting } from '#bin/generation.ts';
import type { LoadedConfig } from '#config/load.ts';
import { problemText } from '#config/problem.ts';
import type { ConfigProblem } from '#config/problem.ts';
import { changedParts, restartNeeded } from '#config/reload-rules.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import type { InForce } from '#gateway/in-force.ts';
import { controlEntry } from '#ledger/own-records.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** Reads the configuration anew: the file, and everything it refers to. */
export type ReadConfig = () => Result<LoadedConfig, readonly ConfigProblem[]>;

export type ReloadRefusal = {
  readonly reason: 'invalid' | 'restart_needed' | 'issuer_unusable' | 'not_recorded' | 'stopping' | 'failed';
  readonly problems: number;
};
export type ReloadOutcome = Result<{ readonly changed: readonly string[] }, ReloadRefusal>;

export type Reloader = {
  reload(read: ReadConfig): Promise<ReloadOutcome>;
  current(): Generation;
  /** After the last call: waits for a reload under way, and closes what this and earlier generations made. */
  close(): Promise<void>;
};

/** Resolves when `done` does, after `ms`, or when there is no time left at all. */
async function atMost(ms: number, done: Promise<unknown>, hurry: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  hurry.addEventListener('abort', () => resolve(), { once: true });
  if (hurry.aborted) resolve();
  await Promise.race([promise, done]);
  clearTimeout(timer);
}

/** `applied`: for what is neither in a generation nor lasting; called right after the swap. */
export function createReloader(
  first: Generation,
  lasting: Lasting,
  inForce: InForce,
  applied: (next: Generation) => void,
): Reloader {
  const { ledger, log, newId } = lasting;
  let current = first;
  let running: Promise<ReloadOutcome> | undefined;
  let waiting: Promise<ReloadOutcome> | undefined;
  const retiring = new Set<Promise<void>>();
  const hurry = new AbortController();

  const refuse = async (reason: ReloadRefusal['reason'], messages: readonly string[]): Promise<ReloadOutcome> => {
    for (const message of messages) log.error({ reason }, message);
    log.error(
      { reason, problems: messages.length },
      'the configuration was not reloaded; the one before stays in force',
    );
    const detail = { reason, problems: messages.length };
    await ledger.append(controlEntry(newId(), 'reload_refused', detail, current.loaded.policyVersion));
    return err({ reason, problems: messages.length });
  };

  const read = (source: ReadConfig): Result<LoadedConfig, { reason: ReloadRefusal['reason']; messages: string[] }> => {
    const loaded = source();
    if (!loaded.ok) return err({ reason: 'invalid', messages: loaded.error.map(problemText) });
    const fixed = restartNeeded(current.loaded, loaded.value);
    if (fixed.length === 0) return loaded;
    return err({ reason: 'restart_needed', messages: fixed.map((path) => `${path}: a change of it needs a restart`) });
  };

  const put = (next: Generation): void => {
    const before = current;
    current = next;
    const { drainMs } = next.loaded.limits;
    const retired: Promise<void> = atMost(drainMs, inForce.replace(next.gateway), hurry.signal)
      // Against its successor: what that one shares is closed when that one is replaced.
      .then(() => closeUnshared(before, next))
      .catch((error: unknown) =>
        log.error({ frames: faultFrames(error) }, 'what a reload replaced could not be closed'),
      )
      .finally(() => retiring.delete(retired));
    retiring.add(retired);
    applied(next);
  };

  const apply = async (source: ReadConfig): Promise<ReloadOutcome> => {
    if (lasting.draining()) return err({ reason: 'stopping', problems: 0 });
    const loaded = read(source);
    if (!loaded.ok) return refuse(loaded.error.reason, loaded.error.messages);
    for (const warning of loaded.value.warnings) log.warn({ path: warning.path }, problemText(warning));
    const made = await makeGeneration(loaded.value, lasting, current);
    if (!made.ok) return refuse('issuer_unusable', [made.error.message]);
    const next = made.value;
    const changed = changedParts(current.loaded, next.loaded);
    const [from, to] = [current.loaded, next.loaded];
    const versions = {
      policy: to.policyVersion,
      policyBefore: from.policyVersion,
      config: to.configVersion,
      configBefore: from.configVersion,
    };
    const entry = controlEntry(newId(), 'reload', { ...versions, changed }, to.policyVersion);
    const recorded = await ledger.append(entry);
    if (!recorded.ok || lasting.draining()) {
      await closeUnshared(next, current);
      const reason = recorded.ok ? 'stopping' : 'not_recorded';
      return refuse(reason, [
        recorded.ok ? 'the gateway is stopping' : `the ledger takes no records: ${recorded.error.reason}`,
      ]);
    }
    put(next);
    log.info({ ...versions, changed }, 'configuration reloaded');
    return ok({ changed });
  };

  const start = (source: ReadConfig): Promise<ReloadOutcome> => {
    running = apply(source)
      .catch((error: unknown) => {
        // Nothing was put in force: whatever went wrong, calls go on as before.
        log.error({ frames: faultFrames(error) }, 'a reload failed inside the gateway');
        return refuse('failed', []);
      })
      .finally(() => (running = undefined));
    return running;
  };

  return {
    current: () => current,
    reload(source) {
      if (running === undefined) return start(source);
      waiting ??= running.then(() => {
        waiting = undefined;
        return start(source);
      });
      return waiting;
    },
    async close() {
      hurry.abort();
      await (waiting ?? running);
      await Promise.all(retiring);
      await closeUnshared(current, undefined);
    },
  };
}
