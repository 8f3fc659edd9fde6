/**
 * Says in plain words what zod found. Values are not repeated: a misplaced one may be a secret.
 */
import type { z } from 'zod';
import { unreachable } from '#result.ts';
import type { Complaint, ConfigPath } from '#config/problem.ts';

/** `isWritten` tells whether the file has anything at a path: what it has not is missing rather than wrong. */
export function schemaComplaints(
  issues: readonly z.core.$ZodIssue[],
  isWritten: (path: ConfigPath) => boolean,
): Complaint[] {
  return issues
    .flatMap((issue) => complaintsOf(issue))
    .map((complaint) => (isWritten(complaint.path) ? complaint : { ...complaint, message: 'is missing' }));
}

const stepsOf = (path: readonly PropertyKey[]): ConfigPath =>
  path.map((step) => (typeof step === 'symbol' ? String(step) : step));

function complaintsOf(issue: z.core.$ZodIssue): Complaint[] {
  const path = stepsOf(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true,
        message: 'this key is unknown',
        fix: 'check its spelling and its place (`gatebook config schema` lists them all), or remove it',
      }));
    case 'invalid_type':
      return [{ path, message: 'is of the wrong kind', fix: `write ${WORDS[issue.expected] ?? issue.expected}` }];
    case 'invalid_value':
      return [{ path, message: 'is not one of the accepted values', fix: `write ${oneOf(issue.values)}` }];
    case 'too_small':
      return [{ path, message: `is too ${smallWord(issue.origin)}`, fix: `give at least ${String(issue.minimum)}` }];
    case 'too_big':
      return [{ path, message: `is too ${bigWord(issue.origin)}`, fix: `give at most ${String(issue.maximum)}` }];
    case 'invalid_key':
      return issue.issues.map((inner) => ({
        path,
        atKey: true,
        message: 'this key is not usable',
        fix: inner.message,
      }));
    case 'invalid_element':
      return issue.issues.flatMap((inner) => complaintsOf({ ...inner, path: [...issue.path, ...inner.path] }));
    case 'invalid_union':
      return [unionComplaint(issue, path)];
    case 'invalid_format':
    case 'not_multiple_of':
    case 'custom':
      return [{ path, message: 'is not valid', fix: issue.message }];
    default:
      return unreachable(issue);
  }
}

function unionComplaint(issue: z.core.$ZodIssueInvalidUnion, path: ConfigPath): Complaint {
  if (issue.discriminator === undefined) return { path, message: 'is not valid', fix: issue.message };
  const kinds = 'options' in issue && Array.isArray(issue.options) ? oneOf(issue.options.map(String)) : 'a known one';
  // zod's path ends with the discriminator.
  return { path, message: 'is not one of the accepted values', fix: `write ${kinds}` };
}

const oneOf = (values: readonly unknown[]): string => values.map(String).join(' or ');

const smallWord = (origin: string): string => (origin === 'string' ? 'short' : origin === 'array' ? 'short' : 'small');
const bigWord = (origin: string): string => (origin === 'string' || origin === 'array' ? 'long' : 'large');

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of keys',
  record: 'a map of names',
  array: 'a list',
};
