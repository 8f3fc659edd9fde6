/**
 * Reads a policy test file as strictly as gatebook.yaml: what is unknown, or names something that is not there, is an
 * error with its place. A test that silently tests nothing is worse than none.
 */
import type { Accounts } from '#cli/account-caller.ts';
import { testCallers } from '#cli/policy-test-callers.ts';
import { expandCases } from '#cli/policy-test-cases.ts';
import type { PolicyTestCase } from '#cli/policy-test-cases.ts';
import { PolicyTestSchema } from '#cli/policy-test-schema.ts';
import { inFileOrder, isWritten, placeComplaint } from '#config/place-problems.ts';
import type { Complaint, ConfigProblem } from '#config/problem.ts';
import { isRawMap } from '#config/raw.ts';
import { schemaComplaints } from '#config/schema-complaints.ts';
import type { Config } from '#config/schema.ts';
import { readYaml } from '#config/yaml-text.ts';
import type { Place } from '#config/yaml-text.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type PlacedCase = PolicyTestCase & Place;

export function readPolicyTests(
  file: string,
  text: string,
  loaded: Accounts & { readonly config: Pick<Config, 'issuers' | 'connections' | 'levels' | 'rules'> },
): Result<readonly PlacedCase[], readonly ConfigProblem[]> {
  const { config } = loaded;
  const yaml = readYaml(text);
  const unreadable = yaml.problems.map(({ place, message, fix }) => ({ file, ...place, path: '', message, fix }));
  const refused = (complaints: readonly Complaint[]): Result<never, readonly ConfigProblem[]> =>
    err(inFileOrder([...unreadable, ...complaints.map((complaint) => placeComplaint(complaint, file, yaml))]));
  const raw = yaml.value;
  if (!isRawMap(raw)) {
    return unreadable.length > 0
      ? refused([])
      : refused([{ path: [], message: 'the file holds no tests', fix: 'begin with `version: 1`' }]);
  }
  const parsed = PolicyTestSchema.safeParse(raw);
  if (!parsed.success)
    return refused(schemaComplaints(parsed.error.issues, (path) => isWritten(raw, path)).map(ownFix));
  const { callers, complaints } = testCallers(parsed.data.callers, loaded);
  const cases = expandCases({ tests: parsed.data, callers, config });
  if (!cases.ok || complaints.length > 0 || unreadable.length > 0)
    return refused([...complaints, ...(cases.ok ? [] : cases.error)]);
  if (cases.value.length === 0)
    return refused([{ path: [], message: 'there is no case in it', fix: 'add `cases` or `tables`' }]);
  return ok(cases.value.map((one) => ({ ...one, ...yaml.place(one.path) })));
}

const ownFix = (complaint: Complaint): Complaint =>
  complaint.message === 'this key is unknown'
    ? { ...complaint, fix: 'check its spelling and its place (docs/POLICY-TESTS.md), or remove it' }
    : complaint;
