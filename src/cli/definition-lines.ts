/** Definitions as lines for a person. They are a server's words: hidden characters are spelled out, none steers the terminal. */
import { diffLines } from '#cli/line-diff.ts';
import { cellText, printable, textTable } from '#cli/text-table.ts';
import type { DefinitionView, VersionView } from '#definitions/definition-view.ts';
import { revealed } from '#definitions/hidden-text.ts';
import { parseExactly } from '#events/payload-view.ts';
import { LIMITS } from '#limits.ts';

const COLUMNS = ['CONNECTION', 'KIND', 'NAME', 'VERSIONS', 'STANDING', 'HIDDEN TEXT'] as const;
const HASH_CHARS = 12;

export const shownName = (name: string): string => (name === '' ? '-' : printable(revealed(name)));

function standingOf({ changed, versions }: DefinitionView): string {
  if (changed) return 'changed';
  return versions.some(({ waits }) => waits) ? 'hides text' : 'accepted';
}

const classesOf = ({ versions }: DefinitionView): string =>
  [...new Set(versions.flatMap(({ hidden }) => hidden.flatMap(({ classes }) => classes)))].join(' ');

export const definitionTable = (definitions: readonly DefinitionView[]): string =>
  textTable(
    COLUMNS,
    definitions.map((one) =>
      [
        one.connection,
        one.kind,
        shownName(one.name),
        String(one.versions.length),
        standingOf(one),
        one.hidden ? classesOf(one) : '-',
      ].map(cellText),
    ),
  );

function acceptedBy({ accepted }: VersionView): string {
  if (accepted === null) return 'not accepted';
  return accepted === 'first_use'
    ? 'accepted as the first seen'
    : `accepted by ${accepted.subject} of ${accepted.issuer}`;
}

const versionLines = (version: VersionView): readonly string[] => [
  `${version.hash.slice(0, HASH_CHARS)}  ${acceptedBy(version)}, seen ${version.seenAt}, record ${version.record}`,
  ...version.hidden.map(
    ({ pointer, classes }) => `  hidden text at ${pointer === '' ? 'the root' : pointer}: ${classes.join(' ')}`,
  ),
];

function linesOf({ text, bytes }: VersionView): readonly string[] {
  if (text === null || text === undefined) return [`(its ${bytes} bytes were too long to be kept)`];
  return revealed(JSON.stringify(parseExactly(text), null, 2)).split('\n');
}

/** Each version that is not accepted against the one accepted last; without such ones, the texts as they are. */
export function definitionText(definition: DefinitionView): string {
  const { connection, kind, versions } = definition;
  const accepted = versions.findLast((version) => version.accepted !== null);
  const seen = versions.filter((version) => version.accepted === null);
  const body =
    accepted === undefined || seen.length === 0
      ? versions.flatMap((version) => ['', `= ${version.hash.slice(0, HASH_CHARS)}`, ...linesOf(version)])
      : seen.flatMap((version) => [
          '',
          `- ${accepted.hash.slice(0, HASH_CHARS)} accepted`,
          `+ ${version.hash.slice(0, HASH_CHARS)} not accepted`,
          ...diffLines(linesOf(accepted), linesOf(version), LIMITS.definitionDiffLines).map(
            ({ sign, line }) => `${sign} ${line}`,
          ),
        ]);
  const lines = [
    `${kind} ${shownName(definition.name)} of ${connection}: ${standingOf(definition)}`,
    ...versions.flatMap(versionLines),
    ...body,
  ];
  return `${lines.map((line) => printable(revealed(line))).join('\n')}\n`;
}
