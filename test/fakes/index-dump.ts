/** Everything a search index says, as plain values: two indexes of the same ledger must dump the same. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export function dumpIndex(directory: string): unknown {
  const files = readdirSync(directory).filter((name) => /^events-.*\.db$/.test(name));
  const meta = dumpMeta(join(directory, 'meta.db'));
  const months = files.toSorted().map((name) => {
    const database = new DatabaseSync(join(directory, name));
    try {
      // Each occurrence of each word: the logical content of the text index, however its segments lie.
      database.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'text', 'instance')");
      const all = (sql: string): unknown => database.prepare(sql).all();
      return {
        name,
        events: all('SELECT * FROM events ORDER BY key'),
        groups: all('SELECT * FROM group_sets ORDER BY id'),
        openText: all('SELECT * FROM open_text ORDER BY key'),
        words: all('SELECT term, doc, offset FROM temp.words ORDER BY doc, offset'),
      };
    } finally {
      database.close();
    }
  });
  return { ...meta, months };
}

/** Nothing where only a month was written. */
function dumpMeta(path: string): object {
  if (!existsSync(path)) return {};
  const meta = new DatabaseSync(path);
  try {
    const all = (sql: string): unknown => meta.prepare(sql).all();
    return {
      tree: all('SELECT id, hex(hashes) AS hashes FROM tree ORDER BY id'),
      sessions: all('SELECT * FROM sessions ORDER BY n'),
      run: all('SELECT n FROM run'),
      revocations: all('SELECT * FROM revocations ORDER BY n'),
    };
  } finally {
    meta.close();
  }
}
