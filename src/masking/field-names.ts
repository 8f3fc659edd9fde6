/**
 * Names of fields whose values are secrets, as data. Compared without case, `-`, `_`, `.` and spaces, so `API-Key`,
 * `api_key` and `apiKey` are one name. Paging and correlation tokens (`progressToken`, `nextCursor`, `requestState`)
 * are opaque ids, not secrets, and match nothing here.
 */

/** The whole name. */
const EXACT = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'passcode',
  'passwort',
  'kennwort',
  'contraseña',
  'contrasena',
  'motdepasse',
  'senha',
  'wachtwoord',
  'pin',
  'secret',
  'secrets',
  'token',
  'bearer',
  'jwt',
  'otp',
  'totp',
  'credential',
  'credentials',
  'authorization',
  'proxyauthorization',
  'auth',
  'cookie',
  'setcookie',
  'csrftoken',
  'xsrftoken',
  'sessiontoken',
  'sessionsecret',
  'sessioncookie',
  'xauthtoken',
  'authtoken',
  'connectionstring',
  'sastoken',
  'dockerconfigjson',
  'secretstring',
  'secretanswer',
  'securityanswer',
  'cvv',
  'cvv2',
  'cvc',
  'cvc2',
  'cardverificationvalue',
  'cardverificationcode',
  'cardsecuritycode',
  'securitycode',
  'mfacode',
  'otpcode',
  'onetimecode',
  'onetimepassword',
  'verificationcode',
  'twofactorcode',
  'recoverycode',
  'recoverycodes',
  'backupcode',
  'backupcodes',
  'seedphrase',
  'recoveryphrase',
];

/** The end of a name: `db_password`, `githubAccessToken`, `aws_secret_access_key`. Only what can mean nothing else. */
const ENDINGS = [
  'password',
  'passwort',
  'kennwort',
  'passwd',
  'passphrase',
  'apikey',
  'apitoken',
  'apisecret',
  'privatekey',
  'secretkey',
  'accesskey',
  'clientsecret',
  'signingsecret',
  'webhooksecret',
  'encryptionkey',
  'signingkey',
  'masterkey',
  'recoverykey',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'bearertoken',
  'personalaccesstoken',
  'authtoken',
  'secrettoken',
];

/** `db_pass`, `smtpPass`: of whom or what a password is, where the word is cut short. */
const SHORT =
  /(?:^|[-_. ])(?:db|database|sql|mysql|pg|postgres|redis|mongo|mongodb|rabbitmq|user|usr|admin|root|sudo|smtp|imap|mail|email|ftp|sftp|ssh|ldap|vpn|wifi|proxy|login|account|service|svc|client|http|auth|keystore|truststore|key|cert)[-_. ]?pass$/;
/** Behind the name: which of several it is. */
const BEHIND = /(?:(?:re)?confirm(?:ation|ed)?|repeat(?:ed)?|again|value|plain|text|old|new|current|s)?\d{0,3}$/;

/** Longer keys are no field names; looking at their whole length would cost for nothing. */
const NAME_CHARS_MAX = 128;
/** Keys repeat from row to row; each spelling is judged once. */
const CACHE_ENTRIES_MAX = 4_096;

const normalise = (key: string): string => key.toLowerCase().replaceAll(/[-_.\s]/g, '');

const inWords = (key: string): string => key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

const hasEnding = (name: string): boolean => ENDINGS.some((ending) => name.endsWith(ending));

export type IsSecretField = (key: string) => boolean;

/** `extra`: further whole names, in any spelling. */
export function createFieldNames(extra: readonly string[]): IsSecretField {
  const exact = new Set([...EXACT, ...extra.map(normalise)]);
  const judged = new Map<string, boolean>();
  return (key) => {
    const known = judged.get(key);
    if (known !== undefined) return known;
    if (key.length > NAME_CHARS_MAX) return false;
    const name = normalise(key);
    const isSecret =
      exact.has(name) || hasEnding(name) || hasEnding(name.replace(BEHIND, '')) || SHORT.test(inWords(key));
    if (judged.size >= CACHE_ENTRIES_MAX) judged.clear();
    // a copy: the key is a slice of its message, whose whole text it could keep alive
    judged.set(Buffer.from(key, 'utf8').toString('utf8'), isSecret);
    return isSecret;
  };
}
