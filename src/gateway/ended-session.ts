/** What goes with a legacy session, however it ends: calls that wait in it, and what its client was asked. */
import type { AskedIds } from '#gateway/asked-ids.ts';
import type { ResumableCalls } from '#gateway/resumable-calls.ts';
import { bindingText } from '#gateway/session-binding.ts';
import type { SessionOwner } from '#gateway/sessions.ts';

export const endedSession =
  ({ resumables, asked }: { readonly resumables: ResumableCalls; readonly asked: AskedIds }) =>
  (owner: SessionOwner, wireId: string): void => {
    const binding = bindingText(owner, wireId);
    resumables.endOf(binding);
    asked.endOf(binding);
  };
