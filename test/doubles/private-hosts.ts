/** Notations of addresses that no request may reach, and names of this machine, as they stand in a URL. */
export const privateHosts: readonly string[] = [
  // IPv4, as it is and in every notation that browsers and URL parsers take.
  '127.0.0.1',
  '127.0.0.2',
  '127.255.255.254',
  '127.0.0.1.',
  '127.1',
  '127.0.1',
  '0177.0.0.1',
  '0177.0.0.01',
  '0x7f.0.0.1',
  '0x7f.1',
  '0X7F000001',
  '2130706433',
  '017700000001',
  '%31%32%37.0.0.1',
  '127%2e0%2e0%2e1',
  '①②⑦.⓪.⓪.①',
  '１２７.0.0.1',
  '127。0。0。1',
  '127．0．0．1',
  '0',
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '0xA9FEA9FE',
  '172.16.0.1',
  '192.168.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  // IPv6, with IPv4 in it and without.
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000::0001]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:127.0.0.1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fec0::1]',
  '[ff02::1]',
  '[2001:db8::1]',
  // Names, in odd letters too.
  'localhost',
  'LOCALHOST',
  'ｌｏｃａｌｈｏｓｔ',
  'localhost.',
  'localhost%2e',
  'app.localhost',
  'ip6-localhost',
  '127.0.0.1..',
  'loopback.example',
  'loopback6.example',
  'mapped.example',
  'translated.example',
  'compatible.example',
  'unspecified.example',
  'private.example',
  'metadata.example',
  'zone.example',
  'odd.example',
  'short.example',
  'mixed.example',
  'mixed6.example',
];

/** Whether the host is a name of which only the look-up tells where it leads. */
export function tellsOnlyLookUp(host: string): boolean {
  return /^(.+\.example|ip6-localhost|127\.0\.0\.1\.\.)$/.test(host);
}

/** Names as a resolver may answer for them. */
export const namesOfTests: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'app.localhost': ['127.0.0.1'],
  'ip6-localhost': ['::1'],
  '127.0.0.1..': ['127.0.0.1'],
  'loopback.example': ['127.0.0.1'],
  'loopback6.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'translated.example': ['64:ff9b::7f00:1'],
  'compatible.example': ['::7f00:1'],
  'unspecified.example': ['0.0.0.0'],
  'private.example': ['10.0.0.7'],
  'metadata.example': ['169.254.169.254'],
  'zone.example': ['fe80::1%lo'],
  'odd.example': ['0177.0.0.1'],
  'short.example': ['127.1'],
  'mixed.example': ['93.184.216.34', '127.0.0.1'],
  'mixed6.example': ['2606:4700::1', 'fd00::1'],
  'public.example': ['93.184.216.34'],
};

/** What no request and no redirect may lead to, whatever is behind it. */
export const invalidUrls: readonly string[] = [
  'file:///etc/passwd',
  'data:text/plain,hello',
  'ftp://127.0.0.1/',
  'gopher://127.0.0.1:6379/_INFO',
  'dict://127.0.0.1:11211/',
  'ldap://127.0.0.1/',
  'javascript:alert(1)',
  'blob:http://127.0.0.1/1',
  'ws://127.0.0.1/',
  'unix:/var/run/docker.sock',
  'http://[fe80::1%25lo]/',
  'http://[::1]./',
  'http://127.0.0.1%00.example/',
  'http://user@127.0.0.1/',
  'http://public.example@127.0.0.1/',
  'http://:secret@public.example/',
  '//127.0.0.1/',
  '/etc/passwd',
  '',
];

/** Those that lead out of any page; the others are paths of the site that names them. */
export const invalidLocations = invalidUrls.filter((url) => /^[a-z]+:/.test(url));

/** The host as a header can carry it. */
export function inHeader(host: string): string {
  return host.replaceAll(/[^\x20-\x7e]+/g, encodeURIComponent);
}
