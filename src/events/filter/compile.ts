/**
 * A filter as a condition on the index. Values become parameters, never text of the statement; column names are constants
 * of attributes.ts. An absent attribute matches nothing but `ne` and `not`, as RFC 7644 section 3.4.2.2 reads.
 */
import type { Comparison, Filter, FilterValue } from '#events/filter/ast.ts';
import type { Attribute } from '#events/filter/attributes.ts';
import { unreachable } from '#result.ts';

export type SqlCondition = { readonly sql: string; readonly parameters: readonly (string | number)[] };

/** `shard`: the index is of one shard, record ids of others are never in it. */
export function compileFilter(filter: Filter, shard: string): SqlCondition {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const terms = filter.terms.map((term) => compileFilter(term, shard));
      const joint = filter.op === 'and' ? ' AND ' : ' OR ';
      return {
        sql: `(${terms.map(({ sql }) => sql).join(joint)})`,
        parameters: terms.flatMap(({ parameters }) => parameters),
      };
    }
    case 'not': {
      // SQL's "unknown" of an absent attribute is "no match", and so its opposite a match.
      const { sql, parameters } = compileFilter(filter.term, shard);
      return { sql: `NOT coalesce(${sql}, 0)`, parameters };
    }
    case 'pr':
      return { sql: present(filter.attribute), parameters: [] };
    case 'compare':
      return compare(filter.attribute, filter.comparison, filter.value, shard);
    default:
      return unreachable(filter);
  }
}

/** "pr": has a non-empty value (RFC 7644). */
function present(attribute: Attribute): string {
  switch (attribute.type) {
    case 'groups':
      return `caller_groups IN (SELECT id FROM group_sets WHERE names <> '[]')`;
    case 'finding':
      return 'masking IS NOT NULL';
    case 'record':
      return attribute.onlyCalls ? `kind = 'intent'` : `${attribute.column} IS NOT NULL`;
    case 'string':
      return `(${attribute.column} IS NOT NULL AND ${attribute.column} <> '')`;
    case 'number':
    case 'time':
    case 'complex':
      return `${attribute.column} IS NOT NULL`;
    default:
      return unreachable(attribute);
  }
}

function compare(attribute: Attribute, comparison: Comparison, value: FilterValue, shard: string): SqlCondition {
  switch (attribute.type) {
    case 'groups': {
      const { sql, parameters } = comparePlain('value', comparison, value);
      const some = `caller_groups IN (SELECT id FROM group_sets WHERE EXISTS (SELECT 1 FROM json_each(names) WHERE ${sql}))`;
      return { sql: comparison === 'ne' ? `(${some} OR NOT coalesce(${present(attribute)}, 0))` : some, parameters };
    }
    case 'finding': {
      const { sql, parameters } = comparePlain(`value ->> '$.${attribute.member}'`, comparison, value);
      const some = `EXISTS (SELECT 1 FROM json_each(masking) WHERE ${sql})`;
      return {
        sql: comparison === 'ne' ? `(masking IS NULL OR ${some})` : `(masking IS NOT NULL AND ${some})`,
        parameters,
      };
    }
    case 'record':
      return compareRecord(attribute, comparison, value, shard);
    case 'string':
      return {
        ...comparePlain(attribute.column, comparison, value, impliedPartialIndex(attribute.column, comparison, value)),
      };
    case 'number':
    case 'time':
      return comparePlain(attribute.column, comparison, value);
    case 'complex':
      return { sql: '0', parameters: [] };
    default:
      return unreachable(attribute);
  }
}

function compareRecord(
  attribute: Attribute & { type: 'record' },
  comparison: Comparison,
  value: FilterValue,
  shard: string,
): SqlCondition {
  if (value.type !== 'record' || value.shard !== shard) return { sql: comparison === 'ne' ? '1' : '0', parameters: [] };
  const { sql, parameters } = comparePlain(attribute.column, comparison, { type: 'number', value: value.n });
  if (!attribute.onlyCalls) return { sql, parameters };
  return { sql: comparison === 'ne' ? `(kind <> 'intent' OR ${sql})` : `(kind = 'intent' AND ${sql})`, parameters };
}

/** SQLite uses a partial index only where the statement's text implies its condition (index-schema.ts). */
function impliedPartialIndex(column: string, comparison: Comparison, value: FilterValue): string {
  if (comparison !== 'eq' || value.type !== 'string') return '';
  if (column === 'outcome' && value.value !== 'ok') return ` AND outcome <> 'ok'`;
  if (column === 'method' && value.value !== 'tools/call') return ` AND method <> 'tools/call'`;
  if (column === 'kind' && value.value !== 'intent') return ` AND kind <> 'intent'`;
  return '';
}

const ORDER: Readonly<Record<'eq' | 'gt' | 'ge' | 'lt' | 'le', string>> = {
  eq: '=',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
};

function comparePlain(operand: string, comparison: Comparison, value: FilterValue, implied = ''): SqlCondition {
  if (value.type === 'record') return { sql: '0', parameters: [] };
  const plain = value.value;
  switch (comparison) {
    case 'eq':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return { sql: `(${operand} ${ORDER[comparison]} ?${implied})`, parameters: [plain] };
    case 'ne':
      return { sql: `(${operand} IS NOT ?)`, parameters: [plain] };
    case 'co':
      return { sql: `(instr(${operand}, ?) > 0)`, parameters: [plain] };
    case 'sw':
      return startsWith(operand, String(plain));
    case 'ew':
      return plain === ''
        ? { sql: `(${operand} IS NOT NULL)`, parameters: [] }
        : { sql: `(substr(${operand}, -length(?)) = ?)`, parameters: [plain, plain] };
    default:
      return unreachable(comparison);
  }
}

/** As a range, which an index can serve: from the prefix to the first string after all that begin with it, by code points. */
function startsWith(operand: string, prefix: string): SqlCondition {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return { sql: `(${operand} >= ?)`, parameters: [prefix] };
  // The code point after U+D7FF that a string can hold is U+E000.
  const after = String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  return { sql: `(${operand} >= ? AND ${operand} < ?)`, parameters: [prefix, after] };
}
