import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';
import { isIpV6 } from '#masking/detectors/ip-address.ts';

const TYPE = 'IP_ADDRESS';

test('addresses of both families are found with prefix length and zone, without port', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['10.0.0.1', 'http://10.0.0.1:8080/x'],
    ['192.168.0.0/24', '192.168.0.0/24'],
    ['2001:db8::1', '[2001:db8::1]:443'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['1.2.3.4', '1.2.3.4', 'client_ip'],
    ['2001:0db8:85a3:0000:0000:8a2e:0370:7334', '2001:0db8:85a3:0000:0000:8a2e:0370:7334'],
    ['203.0.113.9', 'from 203.0.113.9.'],
    ['203.0.113.9', '<p title="x">203.0.113.9</p>'],
    ['203.0.113.9', '<td>203.0.113.9 of the office</td>'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('versions and times are no addresses', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['version 1.2.3.4'],
    ['v1.2.3.4'],
    ['<b>v1.2.3.4</b>'],
    ['left-pad>1.2.3.4'],
    ['Chrome/120.0.0.0'],
    ['Widget/2.0.0.0'],
    ['left-pad@1.2.3.4'],
    ['1.2.3.4', 'version'],
    ['256.1.1.1'],
    ['1.3.6.1.4.1.311'],
    ['12:30:45'],
    ['std::string'],
    ['01.02.03.04'],
    ['AA:BB:CC:DD:EE:FF:00:11:22:33'],
    ['dead::beef::1'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});

test('an IPv6 address has eight groups, or fewer around one double colon', () => {
  for (const text of ['::', '1::', '::1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:1.2.3.4', '1::8'])
    assert.equal(isIpV6(text), true, text);
  for (const text of ['1', '1:2', '1:2:3:4:5:6:7:8:9', '1::2::3', '12345::', '1:2:3:4:5:6:7::8', ':1'])
    assert.equal(isIpV6(text), false, text);
});
