import { expect, test } from 'vitest';
import { isAllowed, isPublicAddress } from './outbound-address.ts';

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '192.167.255.255',
  '223.255.255.254',
  '2606:4700:4700::1111',
  '2a00:1450:4001:800::200e',
  '::ffff:8.8.8.8',
  // A public IPv4 address as a network without IPv4 names it.
  '64:ff9b::8.8.8.8',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.255',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::10.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:a00:1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::8.8.8.8',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:808:808::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['', 'localhost', '8.8.8', '08.8.8.8', '0x8.8.8.8', '134744072', '8.8.8.8.', '8.8.8.8:80', '[2606:4700::1]'])(
  'what is not the full notation of an address is not public: "%s"',
  (text) => {
    expect(isPublicAddress(text)).toBe(false);
  },
);

test('an allowed host is the one that the URL writes, on its port or on all', () => {
  const allowed = [
    { host: 'n8n', port: 5678 },
    { host: 'localhost', port: undefined },
    { host: '[::1]', port: 443 },
  ];
  const reaches = (url: string): boolean => isAllowed(new URL(url), allowed);
  expect(reaches('http://n8n:5678/webhook')).toBe(true);
  expect(reaches('http://N8N:5678/')).toBe(true);
  expect(reaches('http://n8n/')).toBe(false);
  expect(reaches('http://n8n.example:5678/')).toBe(false);
  expect(reaches('http://localhost/')).toBe(true);
  expect(reaches('https://localhost:11434/')).toBe(true);
  expect(reaches('http://127.0.0.1/')).toBe(false);
  expect(reaches('https://[0:0::1]/')).toBe(true);
  expect(reaches('http://[::1]/')).toBe(false);
});
