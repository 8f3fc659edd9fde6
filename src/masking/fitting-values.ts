/**
 * What may stand in the place of a masked value where a schema is particular about it: values that say nothing, the ones that
 * look least like a real one first. Whether one fits, the schema decides.
 */
const FIXED: readonly string[] = [
  'masked@masked.invalid',
  'https://masked.invalid/',
  'masked.invalid',
  '1970-01-01',
  '1970-01-01T00:00:00Z',
  '00:00:00Z',
  '00000000-0000-0000-0000-000000000000',
  '192.0.2.0',
  '2001:db8::',
  '/masked',
  '',
];
const CHARS_MAX = 4_096;
const ENUM_MAX = 16;

type Schema = Readonly<Record<string, unknown>>;

/** Digits and letters of the same number in the same places, and none of them. */
const shapeOf = (text: string, digit: string): string =>
  text
    .replaceAll(/\p{Lu}/gu, 'X')
    .replaceAll(/\p{L}/gu, (letter) => (letter === 'X' ? 'X' : 'x'))
    .replaceAll(/\d/g, digit);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function numbersFor({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: Schema): number[] {
  const step = isNumber(multipleOf) && multipleOf > 0 ? multipleOf : 1;
  const numbers = [0];
  if (isNumber(minimum)) numbers.push(minimum, Math.ceil(minimum / step) * step);
  if (isNumber(exclusiveMinimum))
    numbers.push(exclusiveMinimum + step, (Math.floor(exclusiveMinimum / step) + 1) * step);
  if (isNumber(maximum)) numbers.push(maximum, Math.floor(maximum / step) * step);
  if (isNumber(exclusiveMaximum))
    numbers.push(exclusiveMaximum - step, (Math.ceil(exclusiveMaximum / step) - 1) * step);
  return numbers;
}

function stringsFor({ minLength, maxLength, format }: Schema, was: string, masked: string): string[] {
  const most = isNumber(maxLength) ? Math.max(0, maxLength) : CHARS_MAX;
  const least = isNumber(minLength) ? Math.min(CHARS_MAX, Math.max(0, minLength)) : 0;
  const cut = [
    masked.padEnd(least, '*').slice(0, most),
    '*'.repeat(Math.min(most, Math.max(least, Math.min(3, most)))),
  ];
  const shapes = was.length > CHARS_MAX ? [] : [shapeOf(was, '0'), shapeOf(was, '1'), shapeOf(was, '9')];
  // a format has a value made for it; a pattern is kept best by what looks like what was there
  return typeof format === 'string' ? [...cut, ...FIXED, ...shapes] : [...cut, ...shapes, ...FIXED];
}

/** `was` is what was masked: none of what is offered is it. */
export function fittingValues(schemas: readonly Schema[], was: unknown, masked: unknown): readonly unknown[] {
  const offered: unknown[] = [];
  for (const schema of schemas) {
    if (Array.isArray(schema['enum'])) offered.push(...(schema['enum'] as unknown[]).slice(0, ENUM_MAX));
    if ('const' in schema) offered.push(schema['const']);
    if (typeof was === 'number') offered.push(...numbersFor(schema));
    else if (typeof was === 'string')
      offered.push(...stringsFor(schema, was, typeof masked === 'string' ? masked : ''));
    if ('default' in schema) offered.push(schema['default']);
  }
  offered.push(null, ...(typeof was === 'boolean' ? [false, true] : []));
  const seen = new Set<string>([JSON.stringify(was)]);
  return offered.filter((value) => {
    const text = JSON.stringify(value) ?? '';
    return text !== '' && !seen.has(text) && seen.add(text);
  });
}
