import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddresses, isPublicAddress } from '#signin/registration/public-address.ts';

test('addresses of the public Internet may be asked', () => {
  for (const address of [
    '1.1.1.1',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450:4001::1',
  ])
    assert.equal(isPublicAddress(address), true, address);
});

test('this machine, its networks and what can hide their addresses may not', () => {
  for (const address of [
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.127.255.255',
    '192.0.0.170',
    '198.18.0.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::1',
    '2002:7f00:1::1',
    '2002:a00:1::',
    '2001::1',
    '2001:0:7f00:1::',
    '2001:db8::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%lo',
    'fec0::1',
    'ff02::1',
    '100::1',
    '5f00::1',
    '0:0:0:0:0:0:0:1',
    '0000:0000:0000:0000:0000:ffff:7f00:0001',
    'localhost',
    '127.1',
    '0x7f000001',
    '',
  ])
    assert.equal(isPublicAddress(address), false, address);
});

test('ranges hold the addresses in them, and single ones themselves', () => {
  const addresses = createAddresses(['10.20.0.0/16', 'fd00::/8', '127.0.0.2']);
  for (const address of ['10.20.3.4', 'fd12::1', '127.0.0.2']) assert.equal(addresses.has(address), true, address);
  for (const address of ['10.21.0.1', 'fe80::1', '127.0.0.1', 'example.com'])
    assert.equal(addresses.has(address), false, address);
});
