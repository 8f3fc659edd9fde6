/** What may be said of a bug: its class and where it happened. Its message may quote what was being worked on. */
const FRAMES_MAX = 10;
const FRAME = /^\s+at [^\n]{1,400}$/;
const CLASS = /^[A-Za-z_$][A-Za-z0-9_$]{0,63}$/;

export const faultName = (bug: unknown): string =>
  bug instanceof Error ? (CLASS.test(bug.name) ? bug.name : 'Error') : typeof bug;

/** The class, then the frames. A stack begins with the message, and a message may have lines that look like frames. */
export function faultFrames(bug: unknown): readonly string[] {
  if (!(bug instanceof Error) || typeof bug.stack !== 'string') return [faultName(bug)];
  // A message that was changed afterwards cannot be told apart from what follows it: then there are no frames.
  const [head = ''] = bug.stack.split('\n', 1);
  const at = bug.message === '' ? (CLASS.test(head) ? 0 : -1) : bug.stack.indexOf(bug.message);
  const frames = at < 0 ? '' : bug.stack.slice(at + bug.message.length);
  const lines = frames.split('\n').filter((line) => FRAME.test(line));
  return [faultName(bug), ...lines.slice(0, FRAMES_MAX).map((line) => line.trim())];
}
