/** The option by which the `definitions` commands are told of what kind. */
import { Option } from 'commander';
import { DEFINITION_KINDS } from '#definitions/definition.ts';

export const kindOption = (): Option =>
  new Option('--kind <kind>', 'what it is').choices(DEFINITION_KINDS).default('tool');
