/** Passwords that commands take behind an option whose name says nothing: each by the manual of its program. */
import { looksMadeUp } from '#masking/detectors/made-up.ts';
import type { Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS } from '#masking/engine/text-profile.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';

const PROGRAM =
  /\b(?:curl|wget|sshpass|mysql|mysqldump|mysqladmin|mariadb|docker|podman|helm|skopeo|ldapsearch|ldapadd|ldapmodify|redis-cli|plink|pscp)\b/g;
/** Of a command so much is looked at, and no more than its line. */
const COMMAND_CHARS_MAX = 240;

const REST = '[^|;&]{0,200}?[ ]';
const VALUE = `(?:"([^"]{4,128})"|'([^']{4,128})'|([^\\s"'|;&<>()]{4,128}))`;
const pattern = (programs: string, option: string): RegExp =>
  new RegExp(`\\b(?:${programs})\\b${REST}${option}${VALUE}`);

/** curl(1), sshpass(1), mysql(1), docker-login, ldapsearch(1), redis-cli(1), plink. */
const COMMANDS: readonly RegExp[] = [
  pattern('curl|wget', `(?:-u|--user|-U|--proxy-user)[ =]?["']?[^\\s:"']{1,64}:`),
  pattern('sshpass', '-p[ ]?'),
  pattern('mysql|mysqldump|mysqladmin|mariadb', '-p'),
  pattern('docker|podman|helm|skopeo', 'login[ ](?:[^|;&]{0,120}[ ])?-p[ ]'),
  pattern('ldapsearch|ldapadd|ldapmodify', '-w[ ]'),
  pattern('redis-cli', '-a[ ]'),
  pattern('plink|pscp', '-pw[ ]'),
];

export const commandSecret: Detector = {
  types: ['SECRET'],
  needs: HAS.dash | HAS.space,
  find(scan) {
    if ((scan.mentions & MENTIONS.command) === 0) return;
    const { text } = scan;
    let floor = 0;
    eachMatch(PROGRAM, text, ({ index: at }) => {
      if (at < floor) return true;
      const line = text.slice(at, at + COMMAND_CHARS_MAX).split('\n', 1)[0] ?? '';
      floor = at + line.length;
      for (const command of COMMANDS) {
        const match = command.exec(line);
        if (match === null) continue;
        const [whole, double, single, bare] = match;
        const value = double ?? single ?? bare ?? '';
        // a file, a port, another option
        if (/^[-/]|^\d{1,5}$/.test(value) || looksMadeUp(value)) continue;
        const end = at + match.index + whole.length - (bare === undefined ? 1 : 0);
        scan.propose({
          start: end - value.length,
          end,
          type: 'SECRET',
          rule: 'command-secret',
          base: 0.8,
          because: 'option of a command',
          isImmune: true,
        });
      }
      return true;
    });
  },
};
