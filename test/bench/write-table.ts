/** Puts a measured table into its page, between the marks that stand there for it, and says where and when it was measured. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export function replaceBetween(page: string, mark: string, text: string): string | undefined {
  const between = new RegExp(`(<!-- ${mark} -->\\n)[\\s\\S]*?(\\n<!-- /${mark} -->)`);
  return between.test(page)
    ? page.replace(between, (_all, open: string, close: string) => `${open}${text}${close}`)
    : undefined;
}

/** What stands between the marks. */
export function between(page: string, mark: string): string | undefined {
  return new RegExp(`<!-- ${mark} -->\\n([\\s\\S]*?)\\n<!-- /${mark} -->`).exec(page)?.[1];
}

export function writeTable(file: string, mark: string, text: string): void {
  const path = join(root, file);
  const page = replaceBetween(readFileSync(path, 'utf8'), mark, text);
  if (page === undefined) throw new Error(`${file} has no place marked ${mark}`);
  writeFileSync(path, page);
}

/** Machine and date, and what else the machine was doing: it makes figures worse. */
export function tableNote(now = new Date()): string {
  const [cpu] = cpus();
  const model = cpu?.model.trim().replaceAll(/\s+/g, ' ') ?? 'unknown processor';
  const memory = Math.round(totalmem() / 1024 ** 3);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `Measured on ${cpus().length} × ${model}, ${memory} GiB, Node ${process.versions.node}, load average ${load}, ${now.toISOString().slice(0, 10)}.`;
}
