/**
 * `gatebook mask`: masks lines of JSON from standard input, to try out what masking finds. Needs no gateway; without
 * `--config` its tokens are made with a key that is thrown away.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Command, Option } from 'commander';
import { findBook } from '#cli/book-place.ts';
import { loadConfigFile, reportRefusal } from '#cli/config-file.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { fileError, readInputFile } from '#cli/input-file.ts';
import { userPath, type CliIo } from '#cli/io.ts';
import { linesOf } from '#cli/lines.ts';
import { sourceText } from '#cli/masking-source.ts';
import { furtherKeysOf, maskingSettings } from '#config/masking-settings.ts';
import { pathText } from '#config/problem.ts';
import { resolveSecrets } from '#config/resolve-secrets.ts';
import type { Config } from '#config/schema.ts';
import { masterKeyDirectory } from '#ledger/places.ts';
import { deriveMasterKeys, KEY_BYTES } from '#ledger/wrap.ts';
import { LIMITS } from '#limits.ts';
import { DEFAULT_ENTITIES, ENTITIES, isEntity } from '#masking/engine/entities.ts';
import { createLineMask, type LineSettings, type MaskedLine } from '#masking/mask-line.ts';
import type { Direction, Situation } from '#masking/plan-rule.ts';
import type { FoundSpan, Planned } from '#masking/span-notes.ts';
import { err, ok, type Result } from '#result.ts';

type Options = {
  readonly spans?: true;
  readonly explain?: true;
  readonly detectors?: string;
  readonly config?: string;
  readonly connection?: string;
  readonly direction: Direction;
  readonly tool?: string;
  readonly groups?: string;
  readonly json?: true;
};

export function register(program: Command, io: CliIo): void {
  program
    .command('mask')
    .description(
      'Mask lines of JSON from standard input, {"text": …} or {"doc": …}; exit code 1 when a line could not be masked',
    )
    .option('--spans', 'also say where: JSON Pointer into doc, UTF-16 offsets in the text of the leaf')
    .option('--explain', 'the same, with the score of each finding and what spoke for it')
    .option(
      '--detectors <list>',
      `comma-separated: ${ENTITIES.join(', ')}; "default" is what a gateway looks for; with --config also entities of its masking.patterns`,
    )
    .option('--config <file>', 'use the masking of this configuration, and the key of its deployment')
    .option('--connection <name>', 'with --config: the connection that messages go through, for rules that ask for it')
    .addOption(
      new Option('--direction <direction>', 'which way they go').choices(['request', 'response']).default('response'),
    )
    .option('--tool <name>', 'the tool they are about')
    .option('--groups <list>', 'comma-separated: what the caller is in, such as okta:support')
    .addOption(new Option('--json', 'the same: lines are JSON'))
    .action(async (options: Options) => io.exit(await mask(io, options)));
}

async function mask(io: CliIo, options: Options): Promise<ExitCode> {
  const settings = await settingsOf(io, options);
  if (!settings.ok) {
    if (settings.error !== '') io.stderr.write(`gatebook: ${settings.error}\n`);
    return EXIT_USAGE;
  }
  const maskLine = createLineMask(settings.value);
  let exit: ExitCode = EXIT_OK;
  let number = 0;
  for await (const line of linesOf(io.stdin ?? nothing(), LIMITS.maskLineBytes)) {
    number += 1;
    if (line?.length === 0) continue;
    const masked = line === undefined ? err(`longer than ${LIMITS.maskLineBytes} bytes`) : maskLine(line);
    if (!masked.ok) exit = EXIT_CHECK_FAILED;
    const text = masked.ok ? lineText(masked.value, options) : JSON.stringify({ error: masked.error, line: number });
    io.stdout.write(`${text}\n`);
    if (io.stdout.writableNeedDrain === true) await drained(io);
  }
  return exit;
}

async function* nothing(): AsyncGenerator<string> {}

const drained = async (io: CliIo): Promise<void> =>
  new Promise((resolve) => {
    io.stdout.once?.('drain', resolve);
    io.stdout.once?.('close', resolve);
  });

/** `pass`: it stays as it came. */
const explainedPlan = ({ store, inline, storeBy, inlineBy }: Planned) => ({
  store: { operator: store ?? 'pass', by: sourceText(storeBy, 'store') },
  inline: { operator: inline ?? 'pass', by: sourceText(inlineBy, 'inline') },
});

function lineText({ kind, json, spans }: MaskedLine, { spans: withSpans, explain }: Options): string {
  if (withSpans === undefined && explain === undefined) return `{"${kind}":${json}}`;
  const shown = spans.map(({ path, isKey, start, end, type, rule, score, reasons, plan }: FoundSpan) => ({
    ...(kind === 'doc' ? { path } : {}),
    start,
    end,
    type,
    rule,
    ...(isKey ? { key: true } : {}),
    ...(explain === undefined ? {} : { score: Math.round(score * 100) / 100, reasons, ...explainedPlan(plan) }),
  }));
  return `{"${kind}":${json},"spans":${JSON.stringify(shown)}}`;
}

const situationOf = ({ connection = '', direction, tool, groups }: Options): Situation => ({
  connection,
  direction,
  method: tool === undefined ? '' : 'tools/call',
  name: tool ?? '',
  groups: groups?.split(',').map((group) => group.trim()) ?? [],
});

/** The error is a sentence; '' when it is printed already. */
async function settingsOf(io: CliIo, options: Options): Promise<Result<LineSettings, string>> {
  const situation = situationOf(options);
  if (options.config === undefined) {
    const types = typesOf(options.detectors ?? ENTITIES.join(','), []);
    if (!types.ok) return types;
    const store = { operator: 'token', fields: [] } as const;
    return ok({ key: randomBytes(KEY_BYTES), store, types: types.value, situation });
  }
  const loaded = await loadConfigFile(io, options.config, { withoutSecrets: true });
  if (!loaded.ok) {
    reportRefusal(io, loaded.error, false);
    return err('');
  }
  const key = await deploymentKeys(io, options.config, loaded.value.config);
  if (!key.ok) return key;
  const masking = maskingSettings(loaded.value.config);
  const own = [...new Set(masking.patterns?.map(({ entity }) => entity))];
  const { detectors } = loaded.value.config.masking.store;
  // what the gateway looks for: its own patterns always
  const stored = detectors === 'default' ? detectors : [...detectors, ...own].join(',');
  const types = typesOf(options.detectors ?? stored, own);
  return types.ok ? ok({ ...masking, ...key.value, types: types.value, situation }) : types;
}

/** `own`: entities of `masking.patterns`. */
function typesOf(list: string, own: readonly string[]): Result<ReadonlySet<string>, string> {
  const names = list
    .split(',')
    .flatMap((name): readonly string[] => (name.trim() === 'default' ? [...DEFAULT_ENTITIES, ...own] : [name.trim()]));
  const unknown = names.filter((name) => !isEntity(name) && !own.includes(name));
  return unknown.length === 0 ? ok(new Set(names)) : err(`no detector is called ${unknown.join(', ')}: see --help`);
}

/** What the gateway makes its tokens with, so that a token can be compared with one in the book. */
async function deploymentKeys(
  io: CliIo,
  file: string,
  { keys }: Config,
): Promise<Result<Pick<LineSettings, 'key' | 'furtherKeys'>, string>> {
  const further = resolveSecrets(
    { keys: { masking: keys.masking ?? {} } },
    { env: io.env, readFile: (path) => readFileSync(path, 'utf8'), folder: dirname(userPath(io, file)) },
  );
  const [problem] = further.complaints;
  if (problem !== undefined) return err(`${pathText(problem.path)}: ${problem.message}`);
  const furtherKeys = furtherKeysOf(further.resolved);
  const key = await firstKey(io, file);
  return key.ok ? ok({ key: key.value, furtherKeys }) : key;
}

async function firstKey(io: CliIo, config: string): Promise<Result<Uint8Array, string>> {
  const place = await findBook(io, { config });
  if (!place.ok) return place;
  const file = `${masterKeyDirectory(place.value.dataDirectory)}/master.key`;
  let text = place.value.masterKey;
  if (text === undefined) {
    const read = await readInputFile(io, file).catch((error: unknown) => err(fileError(error)));
    if (!read.ok) return err(`no key of the deployment yet: ${read.error}`);
    text = read.value;
  }
  const key = Buffer.from(text.trim(), 'base64');
  return key.length === KEY_BYTES ? ok(deriveMasterKeys(key).mask) : err('the master key is not 32 bytes in base64');
}
