/**
 * What stands for the person's browser where a program opens one: a command with the address as its argument. It notes that
 * it was asked, and, if somebody is there, signs Ada in and goes back to the program.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { walkThrough } from '../../e2e/sign-in-site.ts';
import { createFakeBrowser } from '../../fakes/browser.ts';
import { faultText } from '../drivers/drive.ts';

const [folder = '', address = ''] = process.argv.slice(2);
const note = (words: object): void => appendFileSync(join(folder, 'asked.jsonl'), `${JSON.stringify(words)}\n`);

note({ asked: address });
if (!existsSync(join(folder, 'nobody-there'))) {
  const stopAt = new URL(address).searchParams.get('redirect_uri') ?? 'no redirect_uri';
  try {
    const back = await walkThrough(createFakeBrowser(), address, { stopAt });
    if (!back.url.startsWith(stopAt)) throw new Error(`it ended at ${back.url}: ${back.words}`);
    const received = await fetch(back.url);
    if (!received.ok) throw new Error(`the program answered its own callback with ${received.status}`);
    await received.text();
  } catch (error) {
    note({ fault: faultText(error) });
  }
}
