import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

test('the passwords of commands are found', () => {
  for (const [text, expected] of [
    ['curl -s -u admin:S3cretPass! https://a.example', 'S3cretPass!'],
    [`curl --user 'admin:S3cretPass!' https://a.example`, 'S3cretPass!'],
    ['mysql -u root -pSup3rS3cret shop', 'Sup3rS3cret'],
    [`docker exec db mysqldump -uroot -p"Sup3r S3cret" shop`, 'Sup3r S3cret'],
    ['sshpass -p Adm1n#2024 ssh root@host', 'Adm1n#2024'],
    ['docker login -u bob -p Adm1n#2024 registry.example', 'Adm1n#2024'],
    ['helm registry login r.example -u bob -p Adm1n#2024', 'Adm1n#2024'],
    [`ldapsearch -x -D 'cn=admin' -w Adm1n#2024`, 'Adm1n#2024'],
    ['redis-cli -h cache -a Adm1n#2024 PING', 'Adm1n#2024'],
  ] as const)
    assert.ok(found('SECRET', text).includes(expected), text);
});

test('ports, files and variables behind the same options are no passwords', () => {
  for (const text of [
    'docker run -p 8080:80 nginx',
    'mkdir -p src/app && curl https://a.example',
    'curl -u "$USER:$PASSWORD" https://a.example',
    'mysql -P 3306 -p',
    'docker compose -p project up',
    'cp -p a b; mysql shop',
  ])
    assert.deepEqual(found('SECRET', text), [], text);
});
