/** How a definition lies in its row of `state.db`. A row that is none throws. */
import type { SQLOutputValue } from 'node:sqlite';
import { DEFINITION_KINDS } from '#definitions/definition.ts';
import type { Definition, DefinitionKind, DefinitionText, DefinitionVersion } from '#definitions/definition.ts';
import { numberOf } from '#store/state-rows.ts';

type Row = Record<string, SQLOutputValue>;

function stringOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`column ${column} is not a text`);
  return value;
}

function kindOf(row: Row): DefinitionKind {
  const kind = DEFINITION_KINDS.find((known) => known === row['kind']);
  if (kind === undefined) throw new Error('a definition of an unknown kind');
  return kind;
}

function versionsOf(row: Row): readonly DefinitionVersion[] {
  const versions: unknown = JSON.parse(stringOf(row, 'versions'));
  if (!Array.isArray(versions) || versions.length === 0) throw new Error('a definition without versions');
  // What JSON leaves out stands for nobody's acceptance.
  return versions.map((version: DefinitionVersion) => ({ ...version, accepted: version.accepted }));
}

export const definitionOf = (row: Row): Definition => ({
  connection: stringOf(row, 'connection'),
  kind: kindOf(row),
  name: stringOf(row, 'name'),
  revision: numberOf(row, 'revision'),
  versions: versionsOf(row),
});

export const textOf = (row: Row): DefinitionText => ({ hash: stringOf(row, 'hash'), text: stringOf(row, 'text') });
