/**
 * What a server on a shared pipe says without being asked, handed to the gateway, which records it before anything else
 * happens (P1, P2). Messages are exact bytes, untrusted. A callback that returns a promise holds the pipe back while
 * many of them are pending.
 */
import type { RecordRef } from '#ledger/record.ts';

type Told = Promise<void> | void;

/** Whose process spoke: the caller it was started for, undefined when all callers share it. */
export type Speaker = { readonly connection: string; readonly caller: string | undefined };

export type ServerEvents = {
  /** A message that belongs to no call; `sessions` are the gateway's own session ids bound to the process. */
  onUnattributed(event: Speaker & { readonly sessions: readonly string[]; readonly message: Buffer }): Told;
  /**
   * A request of the server while nobody can be asked. Record `message`, then `reply`; `reply` is written once the
   * promise gives the durable record of it, and not at all when it gives undefined.
   */
  onServerRequest(
    event: Speaker & { readonly message: Buffer; readonly reply: Buffer },
  ): Promise<RecordRef | undefined>;
  /** An answer to a call that was abandoned, under the client's id; never released. */
  onLate(event: Speaker & { readonly intent: RecordRef; readonly message: Buffer }): Told;
  /** An answer nobody asked for, a second one, or a message that is neither; never released. */
  onStray(event: Speaker & { readonly message: Buffer }): Told;
  /** A line of stderr, masked and bounded. */
  onStderr(event: Speaker & { readonly pid: number; readonly line: string }): void;
  /** A process, or a stream (no pid), is gone. `reason`: a fixed word with an exit code, signal, status or errno at most. */
  onEnded(
    event: Speaker & { readonly pid: number | undefined; readonly reason: string; readonly asked: boolean },
  ): void;
};
