/** What a session with one server is asked for, and how a process that holds it is run. */
import { join } from 'node:path';
import { startChild } from './child.ts';
import { HERE } from './programs.ts';

export type Reach =
  | {
      readonly type: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string;
    }
  | { readonly type: 'sse' | 'http'; readonly url: string; readonly token?: string };

export type ToolCall = { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };

export type ServerErrand = {
  readonly reach: Reach;
  /** The old HTTP+SSE transport knows the legacy era only. */
  readonly era: 'auto' | 'legacy';
  readonly calls: readonly ToolCall[];
  readonly clientName: string;
};

/** Results as they came over the wire. */
export type ServerSession = {
  readonly connected: { readonly era: string | undefined; readonly [said: string]: unknown };
  readonly listed: readonly unknown[];
  readonly called: readonly unknown[];
};

export type HeldSession = { readonly session: ServerSession } | { readonly fault: string };

const SESSION_MS_MAX = 40_000;

export async function holdSession(errand: ServerErrand): Promise<HeldSession> {
  const driver = startChild([join(HERE, 'drivers', 'server-session.ts'), JSON.stringify(errand)]);
  const { promise, resolve } = Promise.withResolvers<HeldSession>();
  driver.process.once('message', (held) => resolve(held as HeldSession));
  void driver.ended.then((code) => resolve({ fault: `the driver ended with ${code}: ${driver.written().trim()}` }));
  const timer = setTimeout(() => resolve({ fault: 'the session did not end in time' }), SESSION_MS_MAX);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await driver.end();
  }
}
