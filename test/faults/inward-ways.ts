import {
  inHeader,
  invalidLocations,
  invalidUrls,
  namesOfTests,
  privateHosts,
  tellsOnlyLookUp,
} from '../doubles/private-hosts.ts';
import type { Endpoint, WebhookReceiver } from '../doubles/webhook-receiver.ts';
import type { Internet } from './internet.ts';

/** An address that must lead nowhere, and what is to be said of it. */
export interface Way {
  readonly url: { readonly media: string; readonly webhook: string };
  /** As the file of a message; by the webhook when it is created, by its test and by its first delivery. */
  readonly sent: RegExp;
  readonly created: RegExp;
  readonly tested: RegExp;
  readonly delivered: RegExp;
  /** Outside, where a name leads that changes its mind: each is to be asked once. */
  readonly firstAt: readonly Endpoint[];
}

/** `literals`: of which a look-up is not needed to know that they lead inside, `localhost` among them. */
export type WayKind = 'literals' | 'names' | 'redirects' | 'changing' | 'invalid';

export interface WaysOptions {
  /** Stands for all public addresses. */
  outside: WebhookReceiver;
  trapPort: number;
  /** Which nobody may read. */
  secretFile: string;
}

const publicAddress = '93.184.216.34';
const privateAddress = /OUTBOUND_ALLOW_HOSTS/;
const noAddress = /Only addresses that begin with|is not the address of|a user name or a password/;
const statuses = [301, 302, 303, 307, 308];
/** Where a name leads that has led to the public address once. */
const later: readonly (readonly string[])[] = [
  ['127.0.0.1'],
  ['::1'],
  ['::ffff:127.0.0.1'],
  ['0.0.0.0'],
  ['10.0.0.7'],
  ['169.254.169.254'],
  [publicAddress, '127.0.0.1'],
  ['::1', publicAddress],
];

/** Every way inside, by what is odd about it. */
export function inwardWays(options: WaysOptions): Readonly<Record<WayKind, readonly Way[]>> {
  const { outside, trapPort, secretFile } = options;
  const toTrap = (url: string): string => url.replace(/^(http:\/\/[^/]+)\//, `$1:${trapPort}/`);
  const ofFile = `file://${secretFile}`;

  const addressed = (host: string, created: RegExp): Way => ({
    ...same(`http://${host}:${trapPort}/inside`),
    ...refused(privateAddress),
    created,
  });
  const redirected = (location: string, index: number): Way => {
    const status = statuses[index % statuses.length] ?? 302;
    outside.endpoint(`/moved-${index}`, { status, headers: { location } });
    return {
      ...same(`http://public.example/moved-${index}`),
      ...refused(new RegExp(`answered ${status}: redirects are not followed`)),
      sent: /OUTBOUND_ALLOW_HOSTS| redirects to /,
      created: /^201 /,
    };
  };
  const changing = (_: unknown, index: number): Way => {
    const url = {
      media: `http://${changingName('media', index)}:${trapPort}/again-${index}`,
      webhook: `http://${changingName('webhook', index)}:${trapPort}/test-${index}`,
    };
    const again = outside.endpoint(`/again-${index}`, { status: 302, headers: { location: url.media } });
    // Kept, the connection would be used again without a look-up.
    const test = outside.endpoint(`/test-${index}`, { status: 200, headers: { connection: 'close' } });
    return { url, ...refused(privateAddress), created: /^201 /, tested: /^200 /, firstAt: [again, test] };
  };
  const invalid = (url: string): Way => ({
    ...same(url),
    ...refused(noAddress),
    sent: new RegExp(`^422 media|${noAddress.source}`),
    created: /^422 url/,
  });

  const names = privateHosts.filter(tellsOnlyLookUp);
  const literals = privateHosts.filter((host) => !tellsOnlyLookUp(host));
  const locations = privateHosts.map((host) => `http://${inHeader(host)}:${trapPort}/inside`);
  return {
    literals: literals.map((host) => addressed(host, /^422 url: .*OUTBOUND_ALLOW_HOSTS/)),
    names: names.map((host) => addressed(host, /^201 /)),
    redirects: [...locations, ...invalidLocations.map(toTrap), ofFile].map(redirected),
    changing: later.map(changing),
    invalid: [...invalidUrls.map(toTrap), ofFile].map(invalid),
  };
}

/** In which these ways lead where they say. */
export function inwardInternet({ outside, trapPort }: WaysOptions): Internet {
  const steady = Object.entries(namesOfTests).map(([name, addresses]) => [name, [addresses]] as const);
  const changing = (['media', 'webhook'] as const).flatMap((purpose) =>
    later.map((addresses, index) => [changingName(purpose, index), [[publicAddress], addresses]] as const),
  );
  return {
    names: Object.fromEntries<readonly (readonly string[])[]>([...steady, ...changing]),
    outside: { address: publicAddress, port: Number(new URL(outside.url).port) },
    trapPort,
  };
}

function changingName(purpose: keyof Way['url'], index: number): string {
  return `changing-${index}.${purpose}.example`;
}

function same(url: string): Pick<Way, 'url' | 'firstAt'> {
  return { url: { media: url, webhook: url }, firstAt: [] };
}

function refused(sentence: RegExp): Pick<Way, 'sent' | 'tested' | 'delivered'> {
  return { sent: sentence, tested: sentence, delivered: sentence };
}
