/**
 * Reads a SCIM filter (RFC 7644 section 3.4.2.2) over the attributes of the Event object: `and` binds tighter than `or`,
 * `not` needs its bracket, operators and attribute names in any case. Every refusal names the offset and what was expected.
 * Length, nesting and number of comparisons are bounded, so that the SQL made of it is.
 */
import { COMPARISONS, type Comparison, type Filter, type FilterFault, type FilterValue } from '#events/filter/ast.ts';
import { ATTRIBUTE_NAMES, type Attribute, attributeNamed } from '#events/filter/attributes.ts';
import { type Token, lexFilter } from '#events/filter/lexer.ts';
import { parseTime } from '#events/time.ts';
import type { Limits } from '#limits.ts';
import { type Result, err, ok, unreachable } from '#result.ts';

export type FilterLimits = Pick<Limits, 'filterChars' | 'filterDepth' | 'filterComparisons'>;

type Parsed = Result<Filter, FilterFault>;

export function parseFilter(text: string, limits: FilterLimits): Parsed {
  if (text.length > limits.filterChars) {
    const offset = limits.filterChars;
    return err({ offset, expected: `at most ${offset} characters`, message: 'the filter is too long' });
  }
  const tokens = lexFilter(text);
  if (!tokens.ok) return tokens;
  const parser = new Parser(tokens.value, limits);
  const filter = parser.either(0);
  return filter.ok ? parser.end(filter.value) : filter;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #limits: FilterLimits;
  #at = 0;
  #comparisons = 0;

  constructor(tokens: readonly Token[], limits: FilterLimits) {
    this.#tokens = tokens;
    this.#limits = limits;
  }

  end(filter: Filter): Parsed {
    return this.#token.type === 'end' ? ok(filter) : this.#fault('"and", "or" or the end of the filter');
  }

  either(depth: number): Parsed {
    return this.#chain('or', depth, () => this.#chain('and', depth, () => this.#term(depth)));
  }

  #chain(op: 'and' | 'or', depth: number, next: () => Parsed): Parsed {
    if (depth > this.#limits.filterDepth)
      return this.#fault(`at most ${this.#limits.filterDepth} brackets in each other`);
    const first = next();
    if (!first.ok) return first;
    const terms = [first.value];
    while (this.#takeWord(op)) {
      const term = next();
      if (!term.ok) return term;
      terms.push(term.value);
    }
    return ok(terms.length === 1 ? first.value : { op, terms });
  }

  #term(depth: number): Parsed {
    if (this.#takeWord('not')) {
      if (this.#token.type !== '(') return this.#fault('"(" after "not"');
      const term = this.#bracket(depth);
      return term.ok ? ok({ op: 'not', term: term.value }) : term;
    }
    return this.#token.type === '(' ? this.#bracket(depth) : this.#comparison();
  }

  #bracket(depth: number): Parsed {
    this.#at += 1;
    const filter = this.either(depth + 1);
    if (!filter.ok) return filter;
    if (this.#token.type !== ')') return this.#fault('"and", "or" or ")"');
    this.#at += 1;
    return filter;
  }

  #comparison(): Parsed {
    const name = this.#token;
    if (name.type !== 'word') return this.#fault('an attribute, "not" or "("');
    const attribute = attributeNamed(name.text);
    if (attribute === undefined) return this.#fault(expectedAttribute(name.text), `unknown attribute ${name.text}`);
    this.#comparisons += 1;
    if (this.#comparisons > this.#limits.filterComparisons) {
      return this.#fault(`at most ${this.#limits.filterComparisons} comparisons`);
    }
    this.#at += 1;
    const operator = this.#token;
    if (operator.type === '[') return this.#fault('a dot and the member (value paths in brackets are not supported)');
    const word = operator.type === 'word' ? operator.text.toLowerCase() : '';
    if (word === 'pr') {
      this.#at += 1;
      return ok({ op: 'pr', attribute });
    }
    const comparison = COMPARISONS.find((known) => known === word);
    if (comparison === undefined) return this.#fault(`an operator: ${COMPARISONS.join(' ')} pr`);
    if (attribute.type === 'complex') return this.#fault(`"pr", or a member: ${membersOf(name.text)}`);
    if (!comparisonsOf(attribute).includes(comparison))
      return this.#fault(`for ${name.text} one of: ${comparisonsOf(attribute).join(' ')} pr`);
    this.#at += 1;
    return this.#value(attribute, comparison);
  }

  #value(attribute: Attribute, comparison: Comparison): Parsed {
    const token = this.#token;
    if (token.type === 'word' && token.text.toLowerCase() === 'null' && (comparison === 'eq' || comparison === 'ne')) {
      this.#at += 1;
      const present: Filter = { op: 'pr', attribute };
      return ok(comparison === 'ne' ? present : { op: 'not', term: present });
    }
    const value = readValue(token, attribute, comparison);
    if (!value.ok) return this.#fault(value.error);
    this.#at += 1;
    return ok({ op: 'compare', attribute, comparison, value: value.value });
  }

  get #token(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] ?? { type: 'end', start: 0 };
  }

  #takeWord(word: string): boolean {
    const token = this.#token;
    if (token.type !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #fault(expected: string, message = 'the filter cannot be read'): Result<never, FilterFault> {
    return err({ offset: this.#token.start, expected, message });
  }
}

function expectedAttribute(name: string): string {
  if (/^(?:arguments|answer)\b/i.test(name)) return 'another attribute: search in arguments and answers with q';
  return `one of: ${ATTRIBUTE_NAMES.join(' ')}`;
}

const membersOf = (name: string): string =>
  ATTRIBUTE_NAMES.filter((known) => known.startsWith(`${name.toLowerCase()}.`)).join(' ');

function comparisonsOf(attribute: Attribute): readonly Comparison[] {
  switch (attribute.type) {
    case 'string':
    case 'groups':
      return COMPARISONS;
    case 'finding':
      return attribute.of === 'string' ? COMPARISONS : ORDER_COMPARISONS;
    case 'number':
    case 'time':
    case 'record':
      return ORDER_COMPARISONS;
    case 'complex':
      return [];
    default:
      return unreachable(attribute);
  }
}
const ORDER_COMPARISONS: readonly Comparison[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];

/** The value, or what was expected instead. */
function readValue(token: Token, attribute: Attribute, comparison: Comparison): Result<FilterValue, string> {
  const wantsNumber = attribute.type === 'number' || (attribute.type === 'finding' && attribute.of === 'number');
  if (wantsNumber) return token.type === 'number' ? ok({ type: 'number', value: token.value }) : err('a number');
  if (token.type !== 'string')
    return err(attribute.type === 'time' ? 'a time in double quotes, RFC 3339' : 'a string in double quotes');
  if (attribute.type === 'time') {
    const time = parseTime(token.value);
    return time === undefined
      ? err('a time as in "2026-11-23T04:00:00Z" (RFC 3339)')
      : ok({ type: 'time', value: time });
  }
  if (attribute.type === 'record') {
    const [, shard, n] = /^([a-z0-9-]{1,63}):(\d{1,15})$/.exec(token.value) ?? [];
    return shard === undefined ? err('a record id as in "a:12"') : ok({ type: 'record', shard, n: Number(n) });
  }
  const exact = comparison === 'eq' || comparison === 'ne';
  if (
    attribute.type === 'string' &&
    exact &&
    attribute.values !== undefined &&
    !attribute.values.includes(token.value)
  ) {
    return err(`one of: ${attribute.values.map((value) => `"${value}"`).join(' ')}`);
  }
  return ok({ type: 'string', value: token.value });
}
