import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

test('a value that a word says to be a secret is one', () => {
  for (const [text, expected] of [
    ['password=hunter2', 'hunter2'],
    ['DB_PASSWORD: "s3cr3t!x"', 's3cr3t!x'],
    ['export API_KEY=a8f5f167f44f4964e6c998dee827110c', 'a8f5f167f44f4964e6c998dee827110c'],
    ["client_secret: 'Zx8kq2LmN4pQ7rS9'", 'Zx8kq2LmN4pQ7rS9'],
    ['mysql --password Zx8kq2', 'Zx8kq2'],
    ['GET /x?token=Zx8kq2LmN4pQ7rS9&a=1', 'Zx8kq2LmN4pQ7rS9'],
    ['export AZURE_DEVOPS_PAT=2bxkpajq56yiqphr2jiiudko3kf42qoj', '2bxkpajq56yiqphr2jiiudko3kf42qoj'],
    ['ALGOLIA_ADMIN_KEY: e0c153b4bd8db8eec6e09dd87eea6551', 'e0c153b4bd8db8eec6e09dd87eea6551'],
    ['VERCEL_TOKEN: KpLkaMitUoCUu5NidFwUBKRp', 'KpLkaMitUoCUu5NidFwUBKRp'],
    ['login ada / pw: fKgtHf6ia2p2!1', 'fKgtHf6ia2p2!1'],
    ['<password>Zx8kq2LmN4</password>', 'Zx8kq2LmN4'],
    ['<ns:apiKey>Zx8kq2LmN4pQ7rS9</ns:apiKey>', 'Zx8kq2LmN4pQ7rS9'],
    ['<add key="ApiKey" value="Zx8kq2LmN4pQ7rS9" />', 'Zx8kq2LmN4pQ7rS9'],
    ['<property name="password" value="Zx8kq2"/>', 'Zx8kq2'],
    ['Passwort: Geheim123!', 'Geheim123!'],
    ['contraseña: Secreta2024!', 'Secreta2024!'],
    ['mot de passe : Secret2024!', 'Secret2024!'],
    ['**Password:** Tr0ub4dor', 'Tr0ub4dor'],
    ['Password:\nTr0ub4dor&3\n', 'Tr0ub4dor&3'],
    ['Password for bob: Tr0ub4dor', 'Tr0ub4dor'],
    ["CREATE USER bob WITH PASSWORD 'Tr0ub4dor';", 'Tr0ub4dor'],
    ["IDENTIFIED BY 'Tr0ub4dor'", 'Tr0ub4dor'],
    ["define('DB_PASSWORD', 'Tr0ub4dor');", 'Tr0ub4dor'],
    ['setPassword("Tr0ub4dor")', 'Tr0ub4dor'],
    ['- name: DB_PASSWORD\n  value: Tr0ub4dor', 'Tr0ub4dor'],
    ['{ name: DB_PASSWORD, value: Tr0ub4dor }', 'Tr0ub4dor'],
    ['password `Tr0ub4dor`', 'Tr0ub4dor'],
    ['psk="SunnyDay2024!"', 'SunnyDay2024!'],
    ['_auth=Ym9iOnNlY3JldHBhc3N3b3Jk', 'Ym9iOnNlY3JldHBhc3N3b3Jk'],
    ['your password is Tr0ub4dor&3.', 'Tr0ub4dor&3'],
  ] as const)
    assert.deepEqual(found('SECRET', text), [expected], text);
});

test('sentences, stand-ins, names of variables and code are no secrets', () => {
  for (const text of [
    'the password is incorrect',
    'password: required',
    'token = getToken()',
    'api_key=${API_KEY}',
    'secret: <your-secret>',
    'password=your-password1',
    'token=xxxxxxxxxxxx-1234-abcd',
    'token: string',
    '<password>${env.PW}</password>',
    '<label for="password">Password</label>',
    '<input name="password" value="">',
    'a password > 12 characters',
    'password:\n  type: string\n',
    '["password", "email", "confirm-password"]',
    't("password", "Please enter your password")',
    'the "password" field and the password "policy"',
    '- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: x',
    'Token:\n- first\n',
    'password: process.env.PW',
    'compass: 123456',
    'file_path: /var/lib/app/4f3c9a1b2d',
    'token: createUser2FromTemplate',
    'the token expired yesterday',
    'signature: verify_signature',
    'reset your password: https://example.com/reset',
  ])
    assert.deepEqual(found('SECRET', text), [], text);
});

test('a value of a query ends at the next pair, and one of another text does not', () => {
  const far = 'a'.repeat(60);
  for (const [text, expected] of [
    ['GET /x?token=Zx8kq2LmN4pQ7rS9&a=1', 'Zx8kq2LmN4pQ7rS9'],
    ['GET /x?b=2&my-token=Zx8kq2LmN4pQ7rS9&a=1', 'Zx8kq2LmN4pQ7rS9'],
    [`/x?${far.slice(0, 59)}token=Zx8kq2LmN4pQ7rS9&a=1`, 'Zx8kq2LmN4pQ7rS9'],
    [`/x?${far}token=Zx8kq2LmN4pQ7rS9&a=1`, 'Zx8kq2LmN4pQ7rS9&a=1'],
    ['my.token=Zx8kq2LmN4pQ7rS9&a=1', 'Zx8kq2LmN4pQ7rS9&a=1'],
  ] as const)
    assert.deepEqual(found('SECRET', text), [expected], text);
});
