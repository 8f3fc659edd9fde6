/** The browser of a person, as a program finds it: on the PATH as `xdg-open`, and in BROWSER. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HERE } from '../programs.ts';

export type Person = {
  /** The command that opens an address. */
  readonly browser: string;
  readonly env: Readonly<Record<string, string>>;
  /** How often the browser was asked, and what went wrong there. */
  asked(): { readonly times: number; readonly faults: readonly string[] };
  /** From now on nobody answers the browser. */
  leave(): void;
};

export function createPerson(folder: string): Person {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const browser = join(bin, 'xdg-open');
  const command = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(HERE, 'sign-in', 'browser-command.ts'),
  ];
  writeFileSync(browser, `#!/bin/sh\nexec ${[...command, folder].map((word) => `'${word}'`).join(' ')} "$1"\n`);
  chmodSync(browser, 0o755);
  const [notes, gone] = [join(folder, 'asked.jsonl'), join(folder, 'nobody-there')];
  return {
    browser,
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, BROWSER: browser },
    asked() {
      const lines = existsSync(notes)
        ? readFileSync(notes, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
        : [];
      const read = lines.map((line) => JSON.parse(line) as { readonly asked?: string; readonly fault?: string });
      return {
        times: read.filter(({ asked }) => asked !== undefined).length,
        faults: read.flatMap(({ fault }) => (fault === undefined ? [] : [fault])),
      };
    },
    leave: () => writeFileSync(gone, ''),
  };
}
